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
  };
}
