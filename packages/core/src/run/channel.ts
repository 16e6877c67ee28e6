/** Turns callbacks into an async iterable: what is pushed is yielded in order, until the channel is closed. */
export interface Channel<Item> extends AsyncIterable<Item> {
  push(item: Item): void;
  close(): void;
}

/** Opens an empty channel for one reader. */
export function createChannel<Item>(): Channel<Item> {
  const items: Item[] = [];
  let closed = false;
  let wake: (() => void) | undefined;

  function signal(): void {
    wake?.();
    wake = undefined;
  }

  return {
    push(item) {
      if (closed) return;
      items.push(item);
      signal();
    },
    close() {
      closed = true;
      signal();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        yield* items.splice(0);
        if (items.length > 0) continue;
        if (closed) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
