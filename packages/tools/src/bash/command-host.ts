import type { CommandSandbox } from "../sandbox/sandbox.ts";
import type { ExitGuard } from "./exit-guard.ts";
import type { ProcessGroups } from "./process-group.ts";
import type { Shell } from "./shell.ts";

/** What the commands of one set of tools have in common. */
export interface CommandHost {
  shell: Shell;
  groups: ProcessGroups;
  guard: ExitGuard;
  sandbox: CommandSandbox | undefined;
}
