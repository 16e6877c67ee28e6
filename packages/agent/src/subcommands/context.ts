import { encodeLine } from "@zotpilot/ndjson";
import { sanitizeTerminalText } from "@zotpilot/tui/sanitize";
import type { Io } from "../io.ts";
import { openCredentials, type Credentials } from "../runtime/credentials.ts";
import { createProxyFetch } from "../runtime/network.ts";

/** What the commands about accounts share. */
export interface AccountCommand {
  readonly fetch: typeof globalThis.fetch;
  readonly credentials: () => Promise<Credentials>;
  /** A line for the person, on stderr. */
  readonly say: (line: string) => void;
  /** A line of the result, on stdout. */
  readonly print: (line: string) => void;
  /** A value of the result as a line of JSON, on stdout, whole: what a terminal would obey is escaped. */
  readonly printJson: (value: object) => void;
}

/** What JSON may hold as it is and a terminal obeys, or shows as other than it is. */
const commanding =
  /[\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/** A character as JSON writes it by number. */
function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index).toString(16).padStart(4, "0");
    return `\\u${unit}`;
  }).join("");
}

/** Opens nothing until it is asked for. */
export function accountCommand(io: Io): AccountCommand {
  const say = (line: string): void => void io.stderr.write(`${sanitizeTerminalText(line)}\n`);
  const fetch = createProxyFetch();
  const onWarning = (sentence: string): void => say(`zotpilot: ${sentence}`);
  let opened: Promise<Credentials> | undefined;
  return {
    fetch,
    credentials: () => (opened ??= openCredentials({ env: io.env, fetch, onWarning })),
    say,
    print: (line) => void io.stdout.write(`${sanitizeTerminalText(line)}\n`),
    printJson: (value) => void io.stdout.write(encodeLine(value).replaceAll(commanding, escaped)),
  };
}
