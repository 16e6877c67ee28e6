/** Puts what a client asks for in order: prompts one after another, changes before the prompts that still wait. */
export interface TurnQueue {
  /** Runs a prompt when its turn comes; at once when nothing is under way. `work` must not reject. */
  prompt(work: () => Promise<void>): void;
  /** Runs a change of the conversation or the model, after the changes asked for before. */
  change<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Resolves when the changes asked for so far are made. */
  changed(): Promise<void>;
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void>;
}

/** Makes an empty queue. */
export function createTurnQueue(): TurnQueue {
  const waiting: (() => Promise<void>)[] = [];
  let active: Promise<void> | undefined;
  let changes = 0;
  let lastChange: Promise<unknown> = Promise.resolve();

  function advance(): void {
    if (active || changes > 0) return;
    const work = waiting.shift();
    if (!work) return;
    active = work().then(() => {
      active = undefined;
      advance();
    });
  }

  return {
    prompt(work) {
      waiting.push(work);
      advance();
    },
    change(work) {
      changes += 1;
      const made = lastChange.then(work).finally(() => {
        changes -= 1;
        advance();
      });
      lastChange = made.catch(() => undefined);
      return made;
    },
    async changed() {
      await lastChange;
    },
    async idle() {
      for (;;) {
        await lastChange;
        if (active) await active;
        else if (changes === 0) return;
      }
    },
  };
}
