import type { ModelEvent } from "../../model/event.ts";
import type { ReasoningOrigin } from "../../model/message.ts";
import { createTextMeter, type AnswerErrors } from "../answer-error.ts";
import { createGrowingCalls, type GrowingCall } from "../growing-calls.ts";
import { record, text } from "../schema.ts";
import { redactedPrefix } from "./path.ts";

interface Block {
  type: string;
  call?: GrowingCall;
  /** The answer came as the input of a tool: it is text to the caller. */
  isAnswer: boolean;
  /** The input that the block began with, for one that no delta follows. */
  input: string;
  hasDelta: boolean;
  isOpen: boolean;
}

/** Most blocks of one answer. */
const BLOCK_LIMIT = 10_000;

/** The content blocks of one answer, by index. `answerTool` is the tool whose input is the answer. */
export function createBlocks(errors: AnswerErrors, origin: ReasoningOrigin, answerTool: string | undefined) {
  const measure = createTextMeter(errors);
  const calls = createGrowingCalls(errors);
  const blocks = new Map<number, Block>();
  let hasText = false;

  function say(given: string, out: ModelEvent[]): void {
    if (given === "") return;
    measure(given.length);
    out.push({ type: "text_delta", text: given });
    hasText = true;
  }

  function think(index: number, given: string, opaque: string, out: ModelEvent[]): void {
    if (given === "" && opaque === "") return;
    measure(given.length + opaque.length);
    const state = opaque === "" ? {} : { opaque };
    out.push({ type: "reasoning_delta", text: given, ...state, origin, block: index });
  }

  function input(block: Block, json: string, out: ModelEvent[]): void {
    if (json === "") return;
    block.hasDelta = true;
    if (block.isAnswer) say(json, out);
    else if (block.call) calls.add(block.call, "", json, out);
  }

  return {
    calls,
    hasText: () => hasText,
    /** Whether a block is not complete. */
    hasOpen: () => [...blocks.values()].some((block) => block.isOpen),
    start(index: number, content: Record<string, unknown>, out: ModelEvent[]): void {
      if (blocks.has(index)) throw errors.invalid("two of its parts have the same place");
      if (blocks.size === BLOCK_LIMIT) throw errors.invalid("it has too many parts", { retryable: false });
      const type = text(content["type"]);
      const name = text(content["name"]);
      const isAnswer = type === "tool_use" && name === answerTool;
      const given = record(content["input"]);
      const block: Block = {
        type,
        isAnswer,
        input: Object.keys(given).length > 0 ? JSON.stringify(given) : "",
        hasDelta: false,
        isOpen: true,
      };
      blocks.set(index, block);
      if (type === "tool_use" && !isAnswer) {
        block.call = calls.open(text(content["id"]));
        calls.add(block.call, name, "", out);
      }
      if (type === "text") say(text(content["text"]), out);
      if (type === "thinking") think(index, text(content["thinking"]), text(content["signature"]), out);
      const data = text(content["data"]);
      if (type === "redacted_thinking" && data !== "") think(index, "", redactedPrefix + data, out);
    },
    delta(index: number, delta: Record<string, unknown>, out: ModelEvent[]): void {
      const block = blocks.get(index);
      if (!block?.isOpen) throw errors.invalid("a part of it has no beginning");
      switch (delta["type"]) {
        case "text_delta":
          return say(text(delta["text"]), out);
        case "input_json_delta":
          return input(block, text(delta["partial_json"]), out);
        case "thinking_delta":
          return think(index, text(delta["thinking"]), "", out);
        case "signature_delta":
          return think(index, "", text(delta["signature"]), out);
      }
    },
    stop(index: number, out: ModelEvent[]): void {
      const block = blocks.get(index);
      if (!block?.isOpen) throw errors.invalid("a part of it has no beginning");
      block.isOpen = false;
      if (!block.hasDelta) input(block, block.input, out);
    },
  };
}
