import { resolveGitHubHost } from "@zotpilot/auth";
import { exitCodes } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { openStore } from "../runtime/create-runtime.ts";

/** Forgets stored credentials: all, or those of a host or an account. Signed out already is fine. */
export async function runLogout(options: CliOptions, io: Io): Promise<number> {
  const say = (line: string): void => void io.stderr.write(`${line}\n`);
  const store = openStore({ env: io.env, onWarning: (sentence) => say(`zotpilot: ${sentence}`) });
  const host = options.host === undefined ? undefined : resolveGitHubHost(options.host).name;
  const hosts = new Set<string>();
  let removed = 0;
  for (const id of await store.list()) {
    const credential = await store.get(id);
    if (!credential) continue;
    if (host !== undefined && credential.host !== host) continue;
    if (options.account !== undefined && credential.login !== options.account) continue;
    await store.delete(id);
    hosts.add(credential.host);
    removed += 1;
    say(`Signed out ${credential.login} on ${credential.host}.`);
  }
  if (removed === 0) say("Nobody was signed in.");
  for (const name of hosts) {
    const { webOrigin } = resolveGitHubHost(name);
    say(`The token was deleted here. To revoke it as well, visit ${webOrigin}/settings/applications.`);
  }
  if (io.env["COPILOT_GITHUB_TOKEN"])
    say("COPILOT_GITHUB_TOKEN is set and will still be used; unset it to be signed out.");
  return exitCodes.ok;
}
