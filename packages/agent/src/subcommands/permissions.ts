import type { PermissionStore } from "@zotpilot/tools";
import { exitCodes, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { openPermissions } from "../runtime/tools.ts";
import { accountCommand, type AccountCommand } from "./context.ts";
import type { PermissionsCommandOptions } from "./permission-actions.ts";

/** Lists the rules that count in this folder, adds one, or takes back what was permitted for it. */
export async function runPermissions(
  options: CliOptions,
  own: PermissionsCommandOptions,
  io: Io,
): Promise<number> {
  const command = accountCommand(io);
  const { say } = command;
  const permissions = openPermissions(options, io.env);
  switch (own.action) {
    case "list":
      await list(permissions, own.json, command);
      return exitCodes.ok;
    case "allow":
      await permissions.remember([own.rule]);
      say(`${own.rule} is permitted in ${options.cwd} from now on.`);
      return exitCodes.ok;
    case "revoke":
      if (!(await permissions.revoke(own.rule))) {
        throw new UsageError(
          `"${own.rule}" was not permitted for this folder; rules that you wrote yourself stand in ${permissions.files.user}.`,
        );
      }
      say(`${own.rule} is asked about again.`);
      return exitCodes.ok;
    case "reset": {
      const remembered = (await permissions.list()).filter(({ addedAt }) => addedAt !== undefined);
      for (const { rule } of remembered) await permissions.revoke(rule);
      const rules = remembered.map(({ rule }) => rule).join(", ");
      say(
        rules === ""
          ? "Nothing was permitted for this folder."
          : `Taken back, and asked about again: ${rules}`,
      );
      return exitCodes.ok;
    }
  }
}

async function list(permissions: PermissionStore, json: boolean, command: AccountCommand): Promise<void> {
  const { print, printJson, say } = command;
  for (const warning of await permissions.warnings()) say(`zotpilot: ${warning}`);
  const rules = await permissions.list();
  for (const { effect, rule, file, addedAt } of rules) {
    const origin = addedAt === undefined ? file : `permitted for this folder on ${addedAt.slice(0, 10)}`;
    if (json) printJson({ effect, rule, file, added_at: addedAt ?? null });
    else print(`${effect.padEnd(5)}  ${rule}  (${origin})`);
  }
  if (json) return;
  if (rules.length === 0) {
    say("No rules: reading runs, everything else is asked about, and refused where nobody can be asked.");
  }
  say(`Rules of your own go into ${permissions.files.user}, as in {"deny": ["bash(git push *)"]}.`);
}
