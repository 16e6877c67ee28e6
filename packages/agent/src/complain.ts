import { safeLine } from "./errors.ts";
import type { Io } from "./io.ts";

/** A line for the person, on stderr; nothing in it commands the terminal, wherever it comes from. */
export function complain(io: Pick<Io, "stderr">, text: string): void {
  io.stderr.write(`zotpilot: ${safeLine(text)}\n`);
}
