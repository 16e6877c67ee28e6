import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

/** Reads what a command prints. */
export interface OutputReader {
  /** Settles when nobody holds the writing end any more. Never rejects. */
  ended: Promise<void>;
  /** Rejects when what was read could not be taken; never resolves. */
  failed: Promise<never>;
  hasEnded(): boolean;
  /**
   * Waits for what is still in the pipe, called once the shell is gone: until the end, or until nothing comes for a
   * moment because a background process holds the pipe. What comes later is read and thrown away, since a server
   * that was started in the background must not die of a closed pipe.
   */
  settle(): Promise<void>;
}

/** Strings that are made of larger parts are collected so late that a flood costs four times the memory. */
const PART_BYTES = 16 * 1024;
const IDLE_MS = 100;
const MAX_SETTLE_MS = 800;

/** Starts to read at once, no faster than `take` accepts. Of several streams each piece is whole characters. */
export function readOutput(
  streams: readonly Readable[],
  take: (bytes: Buffer) => Promise<void>,
): OutputReader {
  let over = false;
  let wanted = true;
  let taking: Promise<void> = Promise.resolve();
  let chunks = 0;

  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);

  async function takeInParts(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += PART_BYTES) await take(bytes.subarray(at, at + PART_BYTES));
  }

  async function readOn(stream: Readable): Promise<void> {
    // Pieces of two streams would tear each other's characters.
    if (streams.length > 1) stream.setEncoding("utf8");
    try {
      for await (const piece of stream as AsyncIterable<Buffer | string>) {
        chunks += 1;
        if (!wanted) continue;
        const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
        taking = taking.then(() => takeInParts(bytes));
        await taking.catch((error: unknown) => {
          wanted = false;
          failure.reject(error);
        });
      }
    } catch {
      // A pipe that breaks is a pipe that ends.
    }
  }

  const ended = Promise.all(streams.map(readOn)).then(() => void (over = true));

  async function untilIdle(): Promise<void> {
    const start = performance.now();
    for (;;) {
      const before = chunks;
      await sleep(IDLE_MS);
      await taking.catch(() => undefined);
      // On a busy machine the timer can be due before the pipe was looked at; one more turn looks at it.
      await nextTurn();
      await nextTurn();
      if (chunks === before || performance.now() - start > MAX_SETTLE_MS) return;
    }
  }

  return {
    ended,
    failed: failure.promise,
    hasEnded: () => over,
    async settle() {
      await Promise.race([ended, untilIdle()]);
      wanted = false;
      await taking.catch(() => undefined);
      for (const stream of streams) if (stream instanceof Socket) stream.unref();
    },
  };
}
