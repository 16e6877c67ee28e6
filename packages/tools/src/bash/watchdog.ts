import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Platform } from "./shell.ts";

/** A small process that ends commands when this one is gone, also when it was killed with SIGKILL. */
export interface Watchdog {
  /** In the environment of every command, so that those are found that left their group. */
  mark: Record<string, string>;
  watch(group: number): void;
  forget(group: number): void;
}

/** The variable that marks the commands of one program. */
export const MARK = "ZOTPILOT_COMMANDS";

// Reads groups until its input ends, which happens when the process at the other end is gone, however that went.
const SCRIPT = `
trap '' HUP INT TERM
groups=
while IFS= read -r line; do
  case $line in
    +*) groups="$groups \${line#+}" ;;
    -*) kept=
      for group in $groups; do [ "$group" = "\${line#-}" ] || kept="$kept $group"; done
      groups=$kept ;;
  esac
done
[ -n "$groups" ] || exit 0
for group in $groups; do kill -TERM "-$group"; kill -CONT "-$group"; done
sleep 1
for group in $groups; do kill -KILL "-$group"; done
for process in /proc/[0-9]*; do
  tr '\\0' '\\n' < "$process/environ" | grep -qx "${MARK}=$1" && kill -KILL "\${process#/proc/}"
done
`;

/** Starts nothing yet: the process is there from the first command on. Windows has none. */
export function createWatchdog(platform: Platform): Watchdog {
  const id = randomBytes(8).toString("hex");
  let child: ChildProcess | undefined;

  function tell(line: string): void {
    if (platform === "win32") return;
    if (!child || child.exitCode !== null || child.signalCode !== null) child = start();
    child.stdin?.write(line);
  }

  function start(): ChildProcess {
    const started = spawn("sh", ["-c", SCRIPT, "sh", id], {
      stdio: ["pipe", "ignore", "ignore"],
      // Away from the terminal and from our own group, or it would be ended with us.
      detached: true,
      cwd: "/",
      env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" },
    });
    // Where it cannot start, commands are as safe as they are without it.
    started.on("error", () => undefined);
    started.stdin.on("error", () => undefined);
    started.unref();
    if ("unref" in started.stdin && typeof started.stdin.unref === "function") started.stdin.unref();
    return started;
  }

  return {
    mark: { [MARK]: id },
    watch: (group) => tell(`+${group}\n`),
    forget: (group) => tell(`-${group}\n`),
  };
}
