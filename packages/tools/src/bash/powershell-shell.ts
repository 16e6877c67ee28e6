import { existsSync } from "node:fs";
import { join } from "node:path";
import { programsOn } from "../shared/find-program.ts";
import { ToolError } from "../shared/tool-error.ts";
import { GATE, variable, type Platform, type Shell } from "./shell.ts";

// The command is one argument of -Command. Nothing takes it apart on the way: no other shell is between, Node quotes
// arguments on Windows so that a program gets them unchanged
// (https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments), and PowerShell takes the rest of its
// arguments for the command. -EncodedCommand would do without quotes too, but then Windows PowerShell writes its errors
// as XML, whatever -OutputFormat says (https://github.com/PowerShell/PowerShell/issues/5912); and a script in a file does
// not run where the execution policy forbids that.
const ARGUMENTS = ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command"];

/** No bars that would be drawn over and over, and UTF-8 for what is printed and what is handed to programs. */
const BEFORE =
  "$ProgressPreference = 'SilentlyContinue'; $OutputEncoding = New-Object System.Text.UTF8Encoding $false; " +
  "try { [Console]::OutputEncoding = $OutputEncoding } catch { }\n";

/** The exit code is that of the last command, as in other shells; PowerShell by itself knows 0 and 1 only. */
const AFTER = "\n\nif (-not $?) { if ($LASTEXITCODE) { exit $LASTEXITCODE } exit 1 }";

/** PowerShell 7 where it is, and on Windows that which belongs to the system. */
export function createPowershellShell(platform: Platform): Shell {
  return {
    name: "powershell",
    launch(command, env) {
      const program = findPowershell(env, platform);
      if (program === undefined) {
        throw new ToolError("not_started", "cannot run a command: there is no PowerShell (pwsh) on the PATH");
      }
      const args = [...ARGUMENTS, BEFORE + command + AFTER];
      if (platform === "win32") return { file: program, args, gated: false };
      return { file: "sh", args: ["-c", `${GATE}exec "$@"`, "sh", program, ...args], gated: true };
    },
  };
}

function findPowershell(env: Readonly<Record<string, string>>, platform: Platform): string | undefined {
  const path = variable(env, "PATH", platform) ?? "";
  const found = programsOn(path, "pwsh", platform);
  if (platform !== "win32") return found[0];
  const system = join(
    variable(env, "SYSTEMROOT", platform) ?? "C:\\Windows",
    "System32",
    "WindowsPowerShell",
    "v1.0",
    "powershell.exe",
  );
  return [...found, ...programsOn(path, "powershell", platform), ...(existsSync(system) ? [system] : [])][0];
}
