/** Turns callbacks into an async iterable: what is pushed is yielded in order, until the channel is closed. */
export interface Channel<Item> extends AsyncIterable<Item> {
  /** How many items nobody has taken yet. */
  readonly waiting: number;
  push(item: Item): void;
  /** Ends the iteration after what was pushed. */
  close(): void;
  /** Ends the iteration after what was pushed by throwing the error. */
  fail(error: unknown): void;
}

/** Opens an empty channel for one reader. */
export function createChannel<Item>(): Channel<Item> {
  const items: Item[] = [];
  let ended: { error?: { thrown: unknown } } | undefined;
  let wake: (() => void) | undefined;

  function signal(): void {
    wake?.();
    wake = undefined;
  }

  function end(how: { error?: { thrown: unknown } }): void {
    ended ??= how;
    signal();
  }

  return {
    get waiting() {
      return items.length;
    },
    push(item) {
      if (ended) return;
      items.push(item);
      signal();
    },
    close: () => end({}),
    fail: (thrown) => end({ error: { thrown } }),
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          yield* items.splice(0);
          if (items.length > 0) continue;
          if (ended?.error) throw ended.error.thrown;
          if (ended) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        // Who has left hears nothing more; nothing piles up for them.
        end({});
      }
    },
  };
}
