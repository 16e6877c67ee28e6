import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";

/** The most that is read from standard input. */
const maxInputBytes = 10 * 1024 * 1024;

/**
 * The prompt of a mode that runs one: the words of the command line, with what was piped in behind them.
 * Throws a {@link UsageError} when there is neither.
 */
export async function readPrompt(words: string, io: Io): Promise<string> {
  const piped = io.stdin.isTTY ? "" : await readAll(io.stdin, words === "" ? undefined : pipeGraceMs);
  const parts = [words, piped.trim()].filter((part) => part !== "");
  if (parts.length > 0) return parts.join("\n\n");
  throw new UsageError(
    'there is no prompt: write it behind the option, as in zotpilot -p "hello", or pipe it in.',
  );
}

/**
 * Some callers leave an open pipe behind that never says anything. When there is a prompt already, a pipe that stays
 * silent so long is taken for one of these.
 */
const pipeGraceMs = 300;

async function readAll(input: Io["stdin"], graceMs: number | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const silence = Promise.withResolvers<"silent">();
  const timer = graceMs === undefined ? undefined : setTimeout(() => silence.resolve("silent"), graceMs);
  const iterator = input[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
  try {
    for (;;) {
      const next = iterator.next();
      const first = chunks.length === 0 && timer ? await Promise.race([next, silence.promise]) : await next;
      if (first === "silent") {
        next.catch(() => undefined);
        input.destroy();
        return "";
      }
      if (first.done) break;
      const chunk = Buffer.from(first.value);
      size += chunk.length;
      if (size > maxInputBytes)
        throw new UsageError("standard input is larger than 10 MB; pipe in less of it.");
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
