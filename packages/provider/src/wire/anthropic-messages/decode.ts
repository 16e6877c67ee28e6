import { isRecord, parseJsonObject } from "../../errors/error-body.ts";
import type { FinishReason, ModelEvent } from "../../model/event.ts";
import { createAnswerErrors } from "../answer-error.ts";
import { originOf } from "../reasoning-state.ts";
import { list, record, text } from "../schema.ts";
import { readTypedEvents } from "../typed-events.ts";
import type { AnswerDecoder, DecodeContext } from "../wire-format.ts";
import { createBlocks } from "./blocks.ts";
import { MESSAGES_PATH } from "./path.ts";
import { createUsageReader } from "./usage.ts";

/** Decodes one answer of `/v1/messages`, streamed or whole. An answer without `message_stop` is an error. */
export function createMessagesDecoder(context: DecodeContext): AnswerDecoder {
  const errors = createAnswerErrors(context);
  const blocks = createBlocks(errors, originOf(context, MESSAGES_PATH), context.responseFormat);
  const usage = createUsageReader();
  let begun = false;
  let stopReason = "";

  function indexOf(event: Record<string, unknown>): number {
    const index = event["index"];
    if (typeof index === "number" && Number.isInteger(index) && index >= 0) return index;
    throw errors.invalid("an event of it has no index");
  }

  /** True when the answer is complete. */
  function take(event: Record<string, unknown>, out: ModelEvent[]): boolean {
    switch (event["type"]) {
      case "message_start":
        begun = true;
        usage.read(record(event["message"])["usage"], event);
        return false;
      case "content_block_start":
        blocks.start(indexOf(event), record(event["content_block"]), out);
        return false;
      case "content_block_delta":
        blocks.delta(indexOf(event), record(event["delta"]), out);
        return false;
      case "content_block_stop":
        blocks.stop(indexOf(event), out);
        return false;
      case "message_delta":
        stopReason = text(record(event["delta"])["stop_reason"]) || stopReason;
        usage.read(event["usage"], event);
        return false;
      case "message_stop":
        usage.read(undefined, event);
        finish(out);
        return true;
      default:
        if ("error" in event) refuse(event);
        return false;
    }
  }

  function refuse(event: Record<string, unknown>): void {
    const error: Record<string, unknown> = isRecord(event["error"])
      ? event["error"]
      : { message: event["error"] };
    const { code, type, message } = error;
    throw errors.reported({ error: { code: code ?? type, type, message } });
  }

  function finish(out: ModelEvent[]): void {
    if (stopReason === "") throw errors.invalid("the answer ended without a reason");
    const reason = conclude(out);
    if (reason === "end" && !blocks.hasText()) throw errors.invalid("the model answered with nothing");
    const counted = usage.usage();
    if (counted) out.push({ type: "usage", usage: counted });
    out.push({ type: "finish", reason });
  }

  function conclude(out: ModelEvent[]): FinishReason {
    if (stopReason === "refusal") return "content_filter";
    const cutShort = stopReason === "max_tokens" || stopReason === "model_context_window_exceeded";
    if (!cutShort && blocks.hasOpen()) throw errors.invalid("a part of it has no end");
    return blocks.calls.conclude(cutShort, out);
  }

  return {
    ...readTypedEvents({ errors, take, refuse, hasBegun: () => begun }),
    json(body, out) {
      const value = parseJsonObject(body);
      if (!value) throw errors.invalid("the answer is JSON that was cut off or damaged");
      if ("error" in value) refuse(value);
      if (!Array.isArray(value["content"])) throw errors.invalid("the answer is JSON without any content");
      list(value["content"]).forEach((content, index) => {
        blocks.start(index, record(content), out);
        blocks.stop(index, out);
      });
      usage.read(value["usage"], value);
      stopReason = text(value["stop_reason"]) || "end_turn";
      finish(out);
    },
  };
}
