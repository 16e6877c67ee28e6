import type { SerializedError } from "../errors.ts";
import type { AgentEvent, LiveEvent } from "../events/event.ts";

/** Remembers what has begun and not ended, for when a run is broken off from outside. */
export interface OpenEnds {
  note(event: AgentEvent): void;
  /** The ends of all that is open, what began last first. Nothing is open afterwards. */
  close(error: SerializedError): LiveEvent[];
}

/** Begins with nothing open. */
export function createOpenEnds(): OpenEnds {
  const open = new Map<string, (error: SerializedError) => LiveEvent>();
  return {
    note(event) {
      switch (event.type) {
        case "turn_start":
          open.set("turn", (error) => ({
            type: "turn_end",
            turn: event.turn,
            stopReason: "error",
            error,
          }));
          return;
        case "turn_end":
          open.delete("turn");
          return;
        case "tool_start": {
          const { id } = event.call;
          const startedAt = performance.now();
          open.set(`tool ${id}`, () => ({
            type: "tool_end",
            callId: id,
            isError: true,
            durationMs: Math.round(performance.now() - startedAt),
          }));
          return;
        }
        case "tool_end":
          open.delete(`tool ${event.callId}`);
          return;
        case "approval_request": {
          const { id } = event.request;
          open.set(`approval ${id}`, () => ({
            type: "approval_response",
            requestId: id,
            decision: "deny",
            reason: "cancelled",
          }));
          return;
        }
        case "approval_response":
          open.delete(`approval ${event.requestId}`);
          return;
        case "compaction_start":
          open.set("compaction", (error) => ({ type: "compaction_end", error }));
          return;
        case "compaction_end":
          open.delete("compaction");
          return;
        default:
      }
    },
    close(error) {
      const ends = [...open.values()].toReversed().map((end) => end(error));
      open.clear();
      return ends;
    },
  };
}
