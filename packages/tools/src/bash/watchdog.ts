import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Platform } from "./shell.ts";

/** A small process that ends commands when this one is gone, also when it was killed with SIGKILL. */
export interface Watchdog {
  /** In the environment of every command, so that those are found that left their group. */
  mark: Record<string, string>;
  /** A descriptor for every command to inherit, which finds those that also emptied their environment. */
  markFile(): number | undefined;
  watch(group: number): void;
  forget(group: number): void;
}

/** The variable that marks the commands of one program. */
const MARK = "ZOTPILOT_COMMANDS";
/** The beginning of the name of the file that marks them. */
const MARK_FILE = "zotpilot-commands-";

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
if [ -n "$groups" ]; then
  for group in $groups; do kill -TERM "-$group"; kill -CONT "-$group"; done
  sleep 1
  for group in $groups; do kill -KILL "-$group"; done
fi
left() {
  {
    grep -ls "${MARK}=$1" /proc/[0-9]*/environ
    find /proc/[0-9]*/fd -maxdepth 1 -lname "*/${MARK_FILE}$1*"
  } | sed -n 's,^/proc/\\([0-9]*\\)/.*,\\1,p' | grep -vx "$2"
}
for round in 1 2 3; do
  processes=$(left "$1" "$2")
  [ -n "$processes" ] || break
  kill -KILL $processes
done
`;

/** Starts nothing yet: the process is there from the first command on. Windows has none. */
export function createWatchdog(platform: Platform): Watchdog {
  const id = randomBytes(8).toString("hex");
  let child: ChildProcess | undefined;
  let file: number | undefined;

  function tell(line: string): void {
    if (platform === "win32") return;
    if (!child || child.exitCode !== null || child.signalCode !== null) child = start();
    child.stdin?.write(line);
  }

  function start(): ChildProcess {
    // Our own process, which marks the others, may take a while to end and is to end by itself.
    const started = spawn("sh", ["-c", SCRIPT, "sh", id, String(process.pid)], {
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
    markFile() {
      if (platform !== "linux") return undefined;
      try {
        // Without a name from the beginning: it is there as long as somebody has it open.
        const path = join(tmpdir(), MARK_FILE + id);
        file ??= openSync(path, "wx", 0o600);
        rmSync(path, { force: true });
      } catch {
        // Without room for a file the environment marks alone.
      }
      return file;
    },
    watch: (group) => tell(`+${group}\n`),
    forget: (group) => tell(`-${group}\n`),
  };
}
