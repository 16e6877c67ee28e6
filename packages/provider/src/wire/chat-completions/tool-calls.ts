import type { ModelEvent } from "../../model/event.ts";
import type { AnswerErrors } from "../answer-error.ts";
import type { GrowingCall, GrowingCalls } from "../growing-calls.ts";
import type { ToolCallDelta } from "./schema.ts";

/** Most places that are remembered; there are never as many as pieces. */
const SLOT_LIMIT = 10_000;

/**
 * Joins the pieces of tool calls. An entry with an id that is new begins a call; one without an id, or with a known
 * one, continues that call, else the last call with the same index, else the last call. The index alone means nothing:
 * Claude sends parallel calls that all have index 0.
 */
export function createToolCallJoiner(calls: GrowingCalls, errors: AnswerErrors) {
  const byId = new Map<string, GrowingCall>();
  const byIndex = new Map<string, GrowingCall>();

  function find(delta: ToolCallDelta, slot: string | undefined): GrowingCall | undefined {
    if (delta.id !== "") return byId.get(delta.id);
    const sameIndex = slot === undefined ? undefined : byIndex.get(slot);
    if (sameIndex) return sameIndex;
    // A name at a place of its own, without an id: a server that does not give ids.
    return slot !== undefined && delta.name !== "" ? undefined : calls.all.at(-1);
  }

  return {
    add(choice: number, delta: ToolCallDelta, out: ModelEvent[]): void {
      const slot = delta.index === undefined ? undefined : `${choice}:${delta.index}`;
      let call = find(delta, slot);
      const isElsewhere = slot !== undefined && byIndex.get(slot) !== call;
      if (call && isElsewhere && delta.name !== "" && call.name !== "" && delta.name !== call.name) {
        throw errors.invalid("two of its tool calls have the same id");
      }
      if (!call) {
        call = calls.open(delta.id);
        byId.set(call.id, call);
      }
      if (slot !== undefined && byIndex.size < SLOT_LIMIT) byIndex.set(slot, call);
      calls.add(call, delta.name, delta.arguments, out);
    },
  };
}
