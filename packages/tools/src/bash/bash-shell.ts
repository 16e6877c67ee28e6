import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { programsOn } from "../shared/find-program.ts";
import { ToolError } from "../shared/tool-error.ts";
import { GATE, variable, type Platform, type Shell } from "./shell.ts";

const BASH_OR_SH = 'command -v bash >/dev/null 2>&1 || exec sh -c "$1"; exec bash -c "$1"';

/** Bash, or `sh` where there is none; on Windows that of Git. */
export function createBashShell(platform: Platform): Shell {
  return {
    name: "bash",
    launch(command, env) {
      if (platform !== "win32") {
        return { file: "sh", args: ["-c", GATE + BASH_OR_SH, "sh", command], gated: true };
      }
      const file = gitBash(env, platform);
      if (file === undefined) {
        throw new ToolError("not_started", "cannot run a command: there is no bash; Git for Windows has one");
      }
      // Descriptors beyond the third do not reach it, so it cannot be told when to begin.
      return { file, args: ["-c", `exec 2>&1\n${command}`], gated: false };
    },
  };
}

/** The launchers of the Linux subsystem, which has another file system. */
const LINUX_SUBSYSTEM = /[\\/](system32|sysnative|syswow64|windowsapps)[\\/]/i;

/** Where the bash of Git for Windows is; its installer puts `git` on the PATH and, as a rule, not bash. */
export function gitBash(
  env: Readonly<Record<string, string | undefined>>,
  platform: Platform,
): string | undefined {
  const path = variable(env, "PATH", platform) ?? "";
  const folders = [
    ...programsOn(path, "git", platform).map((git) => dirname(dirname(git))),
    ...["PROGRAMFILES", "PROGRAMFILES(X86)"].map((name) => join(variable(env, name, platform) ?? "", "Git")),
  ];
  return [
    ...programsOn(path, "bash", platform).filter((file) => !LINUX_SUBSYSTEM.test(file)),
    ...folders.map((folder) => join(folder, "bin", "bash.exe")).filter((file) => existsSync(file)),
  ][0];
}
