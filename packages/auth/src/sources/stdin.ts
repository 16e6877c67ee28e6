import { AuthError } from "../errors.ts";
import { describeToken } from "../token/kind.ts";

const maximumBytes = 64 * 1024;

/**
 * Reads a token from a stream, usually the standard input: all of it, without the blanks and line ends around. Throws
 * `AuthError` `token_unusable`, with a sentence for each kind, for what Copilot would refuse; an abort throws the signal's
 * reason. Whether a person sits at a terminal is for the caller to find out first.
 */
export async function readTokenFrom(
  stream: AsyncIterable<Uint8Array | string>,
  signal?: AbortSignal,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  const chunks = stream[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  aborted.catch(() => undefined);
  signal?.throwIfAborted();
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), aborted]);
      if (next.done) break;
      text += typeof next.value === "string" ? next.value : decoder.decode(next.value, { stream: true });
      if (text.length > maximumBytes)
        throw new AuthError(
          "token_unusable",
          "The standard input holds more than 64 KB, which no token does.",
        );
    }
  } finally {
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
  }
  const token = text.trim();
  const { problem } = describeToken(token);
  if (problem !== undefined) throw new AuthError("token_unusable", `The standard input holds ${problem}`);
  return token;
}
