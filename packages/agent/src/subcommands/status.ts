import { encodeLine } from "@zotpilot/ndjson";
import { isProviderError } from "@zotpilot/provider";
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
  const facts: Record<string, unknown> = {
    signed_in: true,
    host,
    login: login ?? null,
    source,
    kept_in: place,
  };
  let failure: unknown;
  try {
    const user = await account.copilot.user({ signal });
    Object.assign(facts, {
      login: login ?? user.login ?? null,
      plan: user.plan ?? null,
      quotas: user.quotas ?? null,
    });
  } catch (error) {
    if (!isProviderError(error)) throw error;
    failure = error;
    facts["error"] = errorLine(error);
  }
  if (json) io.stdout.write(encodeLine(facts));
  else {
    say(`Signed in as ${String(facts["login"] ?? "(unknown)")} on ${host}.`);
    say(`Credential: ${source === "environment" ? `the environment (${place})` : place}`);
    if (facts["plan"]) say(`Plan: ${String(facts["plan"])}`);
    if (failure) say(`The account could not be checked: ${String(facts["error"])}`);
  }
  return failure ? exitCodeOf(failure) : exitCodes.ok;
}
