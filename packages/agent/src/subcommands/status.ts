import { encodeLine } from "@zotpilot/ndjson";
import { isProviderError, type CopilotUser, type ProviderError } from "@zotpilot/provider";
import { errorLine, exitCodeOf, exitCodes } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { connectAccount, openStore } from "../runtime/create-runtime.ts";
import { resolvePaths } from "../runtime/paths.ts";

/** Shows who is signed in, where that comes from, and what the account's plan is. Exit code 4 when nobody is. */
export async function runStatus(
  options: CliOptions,
  json: boolean,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const say = (line: string): void => void io.stdout.write(`${line}\n`);
  const onWarning = (sentence: string): void => void io.stderr.write(`zotpilot: ${sentence}\n`);
  const store = openStore({ env: io.env, onWarning });
  const account = await connectAccount({ options, env: io.env, store });
  if (!account) {
    if (json) io.stdout.write(encodeLine({ signed_in: false }));
    else
      say(
        "Not signed in. `zotpilot login` signs in with GitHub; `zotpilot --demo` works without an account.",
      );
    return exitCodes.notSignedIn;
  }
  const { host, login, source } = account.connection;
  const place = source === "environment" ? "COPILOT_GITHUB_TOKEN" : resolvePaths(io.env).credentials;
  let user: CopilotUser | undefined;
  let failure: ProviderError | undefined;
  try {
    user = await account.copilot.user({ signal });
  } catch (error) {
    if (!isProviderError(error)) throw error;
    failure = error;
  }
  const name = login ?? user?.login;
  if (json) {
    const facts = { signed_in: true, host, login: name ?? null, source, kept_in: place };
    const told = failure
      ? { error: errorLine(failure) }
      : { plan: user?.plan ?? null, quotas: user?.quotas ?? null };
    io.stdout.write(encodeLine({ ...facts, ...told }));
  } else {
    say(`Signed in as ${name ?? "(unknown)"} on ${host}.`);
    say(`Credential: ${source === "environment" ? `the environment (${place})` : place}`);
    if (user?.plan) say(`Plan: ${user.plan}`);
    if (failure) say(`The account could not be checked: ${errorLine(failure)}`);
  }
  return failure ? exitCodeOf(failure) : exitCodes.ok;
}
