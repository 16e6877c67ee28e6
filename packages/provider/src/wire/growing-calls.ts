import { randomUUID } from "node:crypto";
import { displayText } from "../errors/redact.ts";
import type { FinishReason, ModelEvent } from "../model/event.ts";
import type { AnswerErrors } from "./answer-error.ts";
import { isJson } from "./schema.ts";

/** A tool call as it grows. */
export interface GrowingCall {
  readonly id: string;
  /** Empty until it is known. */
  readonly name: string;
  /** Characters of arguments so far. */
  readonly length: number;
  /** The arguments so far. Joins the pieces, so ask once, at the end. */
  arguments(): string;
}

/** The tool calls of one answer; see {@link createGrowingCalls}. */
export interface GrowingCalls {
  readonly all: readonly GrowingCall[];
  /** Begins a call. An empty id gets a made-up one; one that is taken is an error. */
  open(id: string): GrowingCall;
  /** Adds a piece, and the name if it was not known; events begin with the name. */
  add(call: GrowingCall, name: string, json: string, out: ModelEvent[]): void;
  /**
   * Ends the calls of an answer that is complete. `cutShort`: the model was stopped, so that the last call may be half.
   * Gives the reason to finish with; arguments that are not JSON are an error, and no call of such an answer ends.
   */
  conclude(cutShort: boolean, out: ModelEvent[]): FinishReason;
}

const ARGUMENTS_LIMIT = 4 * 1024 * 1024;
const CALLS_LIMIT = 64;

/**
 * Collects tool calls. The pieces of the arguments are kept in a list and joined and parsed once, when the answer is
 * complete, so that the work is linear in their length however small the pieces are.
 */
export function createGrowingCalls(errors: AnswerErrors): GrowingCalls {
  const all: Call[] = [];
  const ids = new Set<string>();

  return {
    all,
    open(id) {
      if (all.length === CALLS_LIMIT) throw tooMuch(errors, `more than ${CALLS_LIMIT} tool calls`);
      if (ids.has(id)) throw errors.invalid("two of its tool calls have the same id");
      const call = new Call(id || `call_${randomUUID()}`);
      all.push(call);
      ids.add(call.id);
      return call;
    },
    add(given, name, json, out) {
      const call = given as Call;
      if (json !== "") {
        call.pieces.push(json);
        call.length += json.length;
        if (call.length > ARGUMENTS_LIMIT) throw tooMuch(errors, "tool arguments of more than 4 MB");
      }
      if (call.name === "") {
        if (name === "") return;
        call.name = name;
        out.push({ type: "tool_input_start", callId: call.id, name });
        if (call.length > 0) out.push({ type: "tool_input_delta", callId: call.id, json: call.arguments() });
      } else if (json !== "") {
        out.push({ type: "tool_input_delta", callId: call.id, json });
      }
    },
    conclude(cutShort, out) {
      const empty = new Set<Call>();
      for (const call of all) {
        const given = call.arguments();
        const isEmpty = given.trim() === "";
        if (cutShort && (isEmpty || !isJson(given))) return "length";
        if (call.name === "") throw errors.invalid("the model called a tool without a name");
        if (isEmpty) empty.add(call);
        else if (!isJson(given)) {
          const name = displayText(call.name, 64);
          throw errors.invalid(`the arguments that the model wrote for the tool ${name} are not JSON`);
        }
      }
      for (const call of all) {
        if (empty.has(call)) out.push({ type: "tool_input_delta", callId: call.id, json: "{}" });
        out.push({ type: "tool_input_end", callId: call.id });
      }
      if (all.length > 0) return "tool_calls";
      return cutShort ? "length" : "end";
    },
  };
}

class Call implements GrowingCall {
  readonly id: string;
  name = "";
  length = 0;
  readonly pieces: string[] = [];

  constructor(id: string) {
    this.id = id;
  }

  arguments(): string {
    return this.pieces.join("");
  }
}

function tooMuch(errors: AnswerErrors, what: string): Error {
  return errors.invalid(`it was stopped: the model sent ${what}`, { retryable: false });
}
