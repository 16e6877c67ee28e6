import { AuthError, resolveCredential } from "@zotpilot/auth";
import { exitCodes, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { accountCommand } from "./context.ts";

/** Prints the stored GitHub token for another program. Only when that was said, and to a terminal only when that was, too. */
export async function runToken(
  options: CliOptions,
  own: { readonly show: boolean; readonly toTerminal: boolean },
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  if (!own.show) {
    throw new UsageError("this prints a secret: say --show to have it, and pipe it to whoever needs it.");
  }
  if (io.stdout.isTTY && !own.toTerminal) {
    throw new UsageError(
      "the token would stay in the terminal's scrollback: pipe it, or say --to-terminal if you mean it.",
    );
  }
  const { credentials } = accountCommand(io);
  const { store, accounts, refresher } = await credentials();
  const found = await resolveCredential({
    store,
    accounts,
    refresher,
    signal,
    folder: options.cwd,
    env: io.env,
    ...(options.host && { host: options.host }),
    ...(options.account && { account: options.account }),
  });
  if (!found) throw new AuthError("not_logged_in", "nobody is signed in.");
  io.stdout.write(`${found.token}\n`);
  return exitCodes.ok;
}
