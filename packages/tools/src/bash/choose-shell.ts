import { createBashShell, gitBash } from "./bash-shell.ts";
import { createPowershellShell } from "./powershell-shell.ts";
import type { Platform, Shell } from "./shell.ts";

/** The shell of a name; unless one is named, bash, or PowerShell on a Windows that has no bash. */
export function chooseShell(
  name: Shell["name"] | undefined,
  platform: Platform,
  env: Readonly<Record<string, string | undefined>>,
): Shell {
  const chosen =
    name ?? (platform === "win32" && gitBash(env, platform) === undefined ? "powershell" : "bash");
  return chosen === "bash" ? createBashShell(platform) : createPowershellShell(platform);
}
