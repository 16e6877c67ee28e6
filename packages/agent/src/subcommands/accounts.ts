import { exitCodes, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { accountCommand } from "./context.ts";

/** What `zotpilot accounts` was asked for besides the common options. */
export interface AccountsCommandOptions {
  /** The account to use from now on: a login, or `login@host`. */
  readonly use?: string;
  /** Only for this folder and those below it. */
  readonly here: boolean;
  readonly json: boolean;
}

/** Lists the accounts that are signed in, or chooses the one to use. */
export async function runAccounts(options: CliOptions, own: AccountsCommandOptions, io: Io): Promise<number> {
  const { credentials, print, printJson, say } = accountCommand(io);
  const { accounts } = await credentials();
  const scope = own.here ? { folder: options.cwd } : {};
  const list = await accounts.list();
  if (own.use !== undefined) {
    const wanted = own.use.toLowerCase();
    const found = list.filter(({ id, login }) => id === wanted || login.toLowerCase() === wanted);
    const [only, second] = found;
    if (!only) throw new UsageError(`${own.use} is not signed in; \`zotpilot accounts\` lists who is.`);
    if (second) {
      const ids = found.map(({ id }) => id).join(" or ");
      throw new UsageError(`there are several accounts ${own.use}; say ${ids}.`);
    }
    await accounts.choose(only.id, scope);
    say(`${only.id} is used ${own.here ? `in ${options.cwd} and below` : "from now on"}.`);
    return exitCodes.ok;
  }
  if (own.here) throw new UsageError("--here needs --use: it says where that account is used.");
  const used = await accounts.resolve({ folder: options.cwd });
  if (own.json) {
    for (const { id, login, host, signedInAt, isDefault, folders } of list) {
      const facts = { id, login, host, signed_in_at: signedInAt, is_default: isDefault, folders };
      printJson({ ...facts, in_use: id === used });
    }
    return exitCodes.ok;
  }
  if (list.length === 0) say("Nobody is signed in; `zotpilot login` signs in with GitHub.");
  for (const { id, isDefault, folders } of list) {
    const notes = [...(isDefault ? ["default"] : []), ...folders.map((folder) => `in ${folder}`)];
    print(`${id === used ? "*" : " "} ${id}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`);
  }
  return exitCodes.ok;
}
