import type { ToolCall } from "@zotpilot/provider/model";

/** So many equal failures in a row are a loop and not a try. */
const maxEqualFailures = 3;

/** Notices a model that makes the same failing call again and again. */
export interface RepeatGuard {
  /** Counts the calls of one answer. The same call twice in it counts once: the model had not seen it fail. */
  note(answered: readonly { call: ToolCall; failed: boolean }[]): void;
  /** The call that has failed too often, if there is one. */
  stuck(): { call: ToolCall; times: number } | undefined;
  /** Forgets what was: a person has said something new. */
  reset(): void;
}

/**
 * Makes a guard. A call that was not made before is progress and starts the count anew: running the same failing test
 * after each of several edits is work, and repeating the same two calls in turn is not.
 */
export function createRepeatGuard(): RepeatGuard {
  const failures = new Map<string, { call: ToolCall; times: number }>();
  const seen = new Set<string>();
  return {
    note(answered) {
      const calls = new Map(
        answered.map((each) => [JSON.stringify([each.call.name, each.call.arguments]), each]),
      );
      if ([...calls.keys()].some((key) => !seen.has(key))) failures.clear();
      for (const [key, { call, failed }] of calls) {
        seen.add(key);
        if (!failed) failures.delete(key);
        else failures.set(key, { call, times: (failures.get(key)?.times ?? 0) + 1 });
      }
    },
    stuck: () => [...failures.values()].find(({ times }) => times >= maxEqualFailures),
    reset() {
      failures.clear();
      seen.clear();
    },
  };
}
