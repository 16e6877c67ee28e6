import { randomUUID } from "node:crypto";
import { ProviderError } from "../../errors/provider-error.ts";
import type { ModelEvent } from "../../model/event.ts";
import type { ToolCallDelta } from "./schema.ts";

/** A tool call as it grows. */
export interface GrowingCall {
  id: string;
  name: string;
  arguments: string;
  started: boolean;
}

const ARGUMENTS_LIMIT = 4 * 1024 * 1024;
const CALLS_LIMIT = 64;

/**
 * Joins the pieces of tool calls. An entry with an id that is new begins a call; one without an id, or with a known
 * one, continues that call, else the last call with the same index, else the last call. The index alone means nothing:
 * Claude sends parallel calls that all have index 0.
 */
export function createToolCallJoiner() {
  const calls: GrowingCall[] = [];
  const byId = new Map<string, GrowingCall>();
  const byIndex = new Map<string, GrowingCall>();

  function find(delta: ToolCallDelta, slot: string | undefined): GrowingCall | undefined {
    if (delta.id !== "") return byId.get(delta.id);
    const sameIndex = slot === undefined ? undefined : byIndex.get(slot);
    if (sameIndex) return sameIndex;
    // A name at a place of its own, without an id: a server that does not give ids.
    return slot !== undefined && delta.name !== "" ? undefined : calls.at(-1);
  }

  return {
    calls: calls as readonly GrowingCall[],
    add(choice: number, delta: ToolCallDelta, out: ModelEvent[]): void {
      const slot = delta.index === undefined ? undefined : `${choice}:${delta.index}`;
      let call = find(delta, slot);
      if (!call) {
        if (calls.length === CALLS_LIMIT) throw tooMuch(`more than ${CALLS_LIMIT} tool calls`);
        call = { id: delta.id || `call_${randomUUID()}`, name: "", arguments: "", started: false };
        calls.push(call);
        byId.set(call.id, call);
      }
      if (slot !== undefined) byIndex.set(slot, call);
      const before = call.arguments.length;
      call.arguments += delta.arguments;
      if (call.arguments.length > ARGUMENTS_LIMIT) throw tooMuch("tool arguments of more than 4 MB");
      if (call.name === "") call.name = delta.name;
      if (call.name === "") return;
      if (!call.started) {
        call.started = true;
        out.push({ type: "tool_input_start", callId: call.id, name: call.name });
        if (before > 0) out.push({ type: "tool_input_delta", callId: call.id, json: call.arguments });
        else if (delta.arguments !== "") {
          out.push({ type: "tool_input_delta", callId: call.id, json: delta.arguments });
        }
      } else if (delta.arguments !== "") {
        out.push({ type: "tool_input_delta", callId: call.id, json: delta.arguments });
      }
    },
  };
}

function tooMuch(what: string): ProviderError {
  return new ProviderError("invalid_response", `The answer was stopped: the model sent ${what}.`);
}
