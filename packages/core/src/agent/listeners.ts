import type { AgentEvent } from "../events/event.ts";

/** Hears what an agent tells. */
export type AgentListener = (event: AgentEvent) => unknown;

/** What a listener has thrown, which may be undefined. */
export type Thrown = { error: unknown };

/** Who hears the events of an agent. */
export interface Listeners {
  /** Adds one; returns how to take it away. */
  add(listener: AgentListener): () => void;
  /** Tells all, waits for those that want to be waited for, and returns what was thrown first. Never rejects. */
  tell(event: AgentEvent): Promise<Thrown | undefined>;
}

/** Makes a list of nobody. */
export function createListeners(): Listeners {
  const listeners = new Set<AgentListener>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async tell(event) {
      let first: Thrown | undefined;
      const slow: unknown[] = [];
      for (const listener of listeners) {
        try {
          const heard = listener(event);
          if (isThenable(heard)) slow.push(heard);
        } catch (error) {
          first ??= { error };
        }
      }
      if (slow.length === 0) return first;
      for (const outcome of await Promise.allSettled(slow)) {
        if (outcome.status === "rejected") first ??= { error: outcome.reason };
      }
      return first;
    },
  };
}

/** Whoever caused an event learns that a listener is broken. */
export function rethrow(thrown: Thrown | undefined): void {
  if (thrown) throw thrown.error;
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}
