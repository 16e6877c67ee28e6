import { describeCredential, type CredentialState } from "@zotpilot/auth";
import { isProviderError, type CopilotQuota, type CopilotUser, type ProviderError } from "@zotpilot/provider";
import { quotaSentence } from "../costs.ts";
import { errorLine, exitCodeOf, exitCodes } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { connectAccount } from "../runtime/account.ts";
import { accountCommand } from "./context.ts";

/** Shows who is signed in, where that comes from, how the token stands, and the plan. Exit code 4 when nobody is. */
export async function runStatus(
  options: CliOptions,
  json: boolean,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const { credentials, print, printJson } = accountCommand(io);
  const account = await connectAccount({ options, env: io.env, credentials, signal });
  if (!account) {
    if (json) printJson({ signed_in: false });
    else {
      print(
        "Not signed in. `zotpilot login` signs in with GitHub; `zotpilot --demo` works without an account.",
      );
    }
    return exitCodes.notSignedIn;
  }
  const { host, login, source, place, id } = account.connection;
  const stored = id === undefined ? undefined : await credentials();
  const credential = id === undefined ? undefined : await stored?.store.get(id);
  const token = credential && describeCredential(credential);
  const keptIn = stored?.opened.place ?? place;
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
    const facts = { signed_in: true, host, login: name ?? null, source, kept_in: keptIn };
    const told = failure
      ? { error: errorLine(failure) }
      : {
          plan: user?.plan ?? null,
          resets_at: user?.resetsAt ?? null,
          quotas: user?.quotas.map(quotaFacts) ?? null,
        };
    printJson({ ...facts, token: token ? tokenFacts(token) : null, ...told });
  } else {
    print(`Signed in as ${name ?? "(unknown)"} on ${host}.`);
    print(`Credential: ${source === "environment" ? `the environment (${place})` : keptIn}`);
    if (token) print(`Token: ${token.title}, ${lifeOf(token)}`);
    if (user?.plan) print(`Plan: ${user.plan}`);
    for (const quota of user?.quotas ?? []) print(`Quota: ${quotaSentence(quota, user?.resetsAt)}`);
    if (failure) print(`The account could not be checked: ${errorLine(failure)}`);
  }
  return failure ? exitCodeOf(failure) : exitCodes.ok;
}

/** As in all that programs read from us: snake_case. */
function tokenFacts(token: CredentialState): Record<string, unknown> {
  return {
    kind: token.kind,
    life: token.life,
    expires_at: token.expiresAt ?? null,
    renewable: token.renewable,
    signed_in_at: token.signedInAt,
    scope: token.scope ?? null,
  };
}

function quotaFacts(quota: CopilotQuota): Record<string, unknown> {
  return {
    name: quota.name,
    unlimited: quota.unlimited,
    entitlement: quota.entitlement ?? null,
    remaining: quota.remaining ?? null,
    percent_remaining: quota.percentRemaining ?? null,
    overage_permitted: quota.overagePermitted,
    overage: quota.overage,
    resets_at: quota.resetsAt ?? null,
  };
}

function lifeOf({ life, expiresAt, renewable }: CredentialState): string {
  if (life === "endless") return "without an end of its own";
  const renewed = renewable ? ", renewed by itself" : "; sign in again then";
  return life === "alive" ? `good until ${expiresAt}${renewed}` : `over since ${expiresAt}${renewed}`;
}
