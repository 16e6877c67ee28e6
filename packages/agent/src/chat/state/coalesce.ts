import type { AgentEvent } from "@zotpilot/core";

/** One frame in milliseconds: what comes in within it is drawn once. */
export const frameMs = 33;

/** Joins what streams in, see {@link createCoalescer}. */
export interface Coalescer {
  /** Takes the next event. */
  push(event: AgentEvent): void;
  /** Hands on what waits, and takes nothing more. */
  close(): void;
}

type Delta = Extract<AgentEvent, { type: "text_delta" | "reasoning_delta" | "tool_progress" }>;

/**
 * Passes events on in order, but joins deltas of the same kind that come within one frame: each event costs a layout of
 * the screen, and a fast model sends hundreds a second. Anything else is passed on at once, with what waited before it.
 */
export function createCoalescer(emit: (event: AgentEvent) => void, delayMs = frameMs): Coalescer {
  let waiting: Delta | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const event = waiting;
    waiting = undefined;
    if (event) emit(event);
  }

  return {
    push(event) {
      if (closed) return;
      // Shown by nobody; there can be thousands.
      if (event.type === "tool_input_delta") return;
      if (!isDelta(event)) {
        flush();
        emit(event);
        return;
      }
      const joined = waiting && join(waiting, event);
      if (waiting && !joined) flush();
      waiting = joined ?? event;
      timer ??= setTimeout(flush, delayMs);
    },
    close() {
      flush();
      closed = true;
    },
  };
}

function isDelta(event: AgentEvent): event is Delta {
  return event.type === "text_delta" || event.type === "reasoning_delta" || event.type === "tool_progress";
}

function join(left: Delta, right: Delta): Delta | undefined {
  if (left.type !== right.type) return undefined;
  if (left.type === "tool_progress" && right.type === "tool_progress" && left.callId !== right.callId) {
    return undefined;
  }
  return { ...left, text: left.text + right.text };
}
