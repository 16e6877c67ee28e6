import { encodeLine } from "@zotpilot/ndjson";
import { exitCodes, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { openPermissions } from "../runtime/tools.ts";
import { accountCommand } from "./context.ts";

/** Lists the rules that count in this folder, or takes one back that was remembered. */
export async function runPermissions(
  options: CliOptions,
  own: { readonly revoke?: string; readonly json: boolean },
  io: Io,
): Promise<number> {
  const { print, say } = accountCommand(io);
  const permissions = openPermissions(options, io.env);
  if (own.revoke !== undefined) {
    if (!(await permissions.revoke(own.revoke))) {
      throw new UsageError(
        `"${own.revoke}" was not remembered; rules that you wrote yourself stand in ${permissions.files.user}.`,
      );
    }
    say(`${own.revoke} is asked about again.`);
    return exitCodes.ok;
  }
  for (const warning of await permissions.warnings()) say(`zotpilot: ${warning}`);
  const rules = await permissions.list();
  if (rules.length === 0 && !own.json) {
    say("No rules: reading runs, everything else is asked about, and refused where nobody can be asked.");
  }
  for (const { effect, rule, file, addedAt } of rules) {
    print(
      own.json
        ? encodeLine({ effect, rule, file, added_at: addedAt ?? null }).trimEnd()
        : `${effect.padEnd(5)}  ${rule}  (${addedAt === undefined ? file : `remembered ${addedAt.slice(0, 10)}`})`,
    );
  }
  return exitCodes.ok;
}
