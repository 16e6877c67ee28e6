/**
 * The items of a source, until the signal is aborted: then the next step throws its reason at once, also when the
 * source does not notice. A source that the reader leaves is closed; after an abort nobody waits for that.
 */
export async function* untilAborted<Item>(
  source: AsyncIterable<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item, void> {
  signal.throwIfAborted();
  const iterator = source[Symbol.asyncIterator]();
  // One listener for the whole stream: racing each step against a long-lived promise would pile up its reactions.
  let giveUp: ((reason: unknown) => void) | undefined;
  const onAbort = (): void => giveUp?.(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  let exhausted = false;
  try {
    for (;;) {
      const step = await new Promise<IteratorResult<Item>>((resolve, reject) => {
        giveUp = reject;
        iterator.next().then(resolve, (error: unknown) => {
          exhausted = true;
          reject(error);
        });
        if (signal.aborted) reject(signal.reason);
      });
      if (step.done) {
        exhausted = true;
        return;
      }
      yield step.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    if (!exhausted) {
      const closed = (async () => iterator.return?.())().catch(() => undefined);
      if (!signal.aborted) await closed;
    }
  }
}
