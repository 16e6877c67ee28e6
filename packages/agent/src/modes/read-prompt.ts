import { fstatSync } from "node:fs";
import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";

/** The most that is read from standard input. */
const maxInputBytes = 10 * 1024 * 1024;

/**
 * The prompt of a mode that runs one: the words of the command line, with what was piped in behind them.
 * Throws a {@link UsageError} when there is neither, and when what is waited for is aborted.
 */
export async function readPrompt(words: string, io: Io, signal: AbortSignal): Promise<string> {
  const isPatient = words === "" || isPipeOrFile(io.stdin);
  const piped = io.stdin.isTTY ? "" : await readAll(io, isPatient, signal);
  const parts = [words, piped.trim()].filter((part) => part !== "");
  if (parts.length > 0) return parts.join("\n\n");
  throw new UsageError(
    'there is no prompt: write it behind the option, as in zotpilot -p "hello", or pipe it in.',
  );
}

/**
 * A shell's pipe or file ends, however long it takes. What other programs hand down (a socket, a device) may stay open
 * and silent for ever.
 */
function isPipeOrFile(input: Io["stdin"]): boolean {
  const { fd } = input as { fd?: unknown };
  if (typeof fd !== "number") return true;
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isFile();
  } catch {
    return false;
  }
}

/** When there is a prompt already, an input that is no pipe and stays silent so long is left alone. */
const silenceMs = 300;
/** After so long a person at a terminal is told what is being waited for. */
const noticeMs = 1_000;

async function readAll({ stdin, stderr }: Io, isPatient: boolean, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const silence = Promise.withResolvers<"silent">();
  const patience = isPatient ? undefined : setTimeout(() => silence.resolve("silent"), silenceMs);
  const notice = setTimeout(() => {
    if (stderr.isTTY) stderr.write("zotpilot: waiting for standard input to end…\n");
  }, noticeMs);
  const stop = (): void => void stdin.destroy();
  signal.addEventListener("abort", stop, { once: true });
  const iterator = stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
  try {
    for (;;) {
      const next = iterator.next();
      const first =
        chunks.length === 0 && patience ? await Promise.race([next, silence.promise]) : await next;
      if (first === "silent") {
        next.catch(() => undefined);
        stdin.destroy();
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
    clearTimeout(patience);
    clearTimeout(notice);
    signal.removeEventListener("abort", stop);
  }
  return Buffer.concat(chunks).toString("utf8");
}
