import { resolveGitHubHost, signOut } from "@zotpilot/auth";
import { errorLine, exitCodeOf, exitCodes, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { accountCommand } from "./context.ts";

/** Forgets the account in use, the one that was named, or all; tells where each token can be revoked. */
export async function runLogout(options: CliOptions, all: boolean, io: Io): Promise<number> {
  const { credentials, say } = accountCommand(io);
  if (all && options.account !== undefined) {
    throw new UsageError("--all and --account cannot be used together; choose one.");
  }
  const { store, accounts } = await credentials();
  const host = options.host === undefined ? undefined : resolveGitHubHost(options.host).name;
  const onHost = (await store.list()).filter((id) => host === undefined || id.endsWith(`@${host}`));
  const wanted = options.account?.toLowerCase();
  const named = onHost.filter((id) => id === wanted || id.startsWith(`${wanted}@`));
  const inUse = await accounts.resolve({ folder: options.cwd, ...(host !== undefined && { host }) });
  const ids = all ? onHost : wanted !== undefined ? named : inUse === undefined ? [] : [inUse];

  const { signedOut, left } = await signOut({ store, accounts, ids });
  for (const { id, revokeUrl } of signedOut) {
    say(`Signed out ${id}; its token was deleted here.`);
    if (revokeUrl) say(`  To revoke it as well, visit ${revokeUrl}`);
  }
  for (const { id, error } of left) say(`zotpilot: ${id} is still signed in: ${errorLine(error)}`);
  if (ids.length === 0) {
    const who = wanted === undefined ? "Nobody" : `No account ${options.account}`;
    say(`${who} was signed in${host === undefined ? "" : ` on ${host}`}.`);
  } else if (onHost.length > ids.length) {
    say("Other accounts are still signed in: `zotpilot accounts` lists them, --all signs out all.");
  }
  if (io.env["COPILOT_GITHUB_TOKEN"])
    say("COPILOT_GITHUB_TOKEN is set and will still be used; unset it to be signed out.");
  return left[0] ? exitCodeOf(left[0].error) : exitCodes.ok;
}
