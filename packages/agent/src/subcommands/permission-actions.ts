import { UsageError } from "../errors.ts";

/** What `zotpilot permissions` was asked for. */
export type PermissionsCommandOptions = { readonly json: boolean } & PermissionAction;

/** One thing that it can do. */
export type PermissionAction =
  | { readonly action: "list" | "reset" }
  | { readonly action: "allow" | "revoke"; readonly rule: string };

/** Throws a {@link UsageError} for an action that does not exist, and a rule that is missing or too much. */
export function checkPermissionAction(asked: string, rule: string | undefined): PermissionAction {
  switch (asked) {
    case "allow":
    case "revoke":
      if (!rule) throw new UsageError(`permissions ${asked} needs a rule, such as: edit, "bash(npm test)".`);
      return { action: asked, rule };
    case "list":
    case "reset":
      if (rule !== undefined)
        throw new UsageError(`permissions ${asked} does not know what to do with "${rule}".`);
      return { action: asked };
    case "ask":
    case "deny":
      throw new UsageError(
        `rules that ${asked} are written into permissions.json by hand; \`zotpilot permissions\` says where it is.`,
      );
    default:
      throw new UsageError(`permissions has no action "${asked}"; there are list, allow, revoke, reset.`);
  }
}

/** The actions as lines of the help. */
export const permissionActionsHelp = `
Actions:
  list           the rules that count in this folder, and where they stand
  allow <rule>   permit such calls in this folder without asking, as "always" in the chat does
  revoke <rule>  take back what was permitted for this folder
  reset          take back all that was permitted for this folder

Rules that ask or deny, and those for every folder, are written by hand: the list says into which file. Deny beats ask,
and ask beats allow.`;
