import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "./helpers.ts";

const PROGRAM = fileURLToPath(new URL("children/run-bash.ts", import.meta.url));

/** The ids of processes whose command line holds a text. */
function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      try {
        const state = /\) (\w)/.exec(readFileSync(`/proc/${id}/stat`, "utf8"))?.[1];
        return state !== "Z" && readFileSync(`/proc/${id}/cmdline`, "utf8").includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

test.runIf(process.platform === "linux").each([
  ["in the foreground", "echo up; sleep 777.1"],
  ["in the background", "sleep 777.1 & echo up; wait"],
  ["with its output elsewhere", "sleep 777.1 >/dev/null 2>&1 & echo up; sleep 777.1"],
  ["that ignores TERM", "trap '' TERM; echo up; while :; do sleep 777.1; done"],
  ["that left its group", "setsid sleep 777.1 >/dev/null 2>&1 & echo up; sleep 777.1"],
  ["that left its group, after the shell", "setsid sleep 777.1 >/dev/null 2>&1 & echo up"],
  ["that was forked twice", "(setsid sh -c 'sleep 777.1 & sleep 777.1 &' >/dev/null 2>&1 &); echo up"],
  ["with an empty environment", "setsid env -i /bin/sleep 777.1 >/dev/null 2>&1 & echo up"],
  [
    "with neither environment nor group nor output",
    "(setsid env -i sh -c '/bin/sleep 777.1 & /bin/sleep 777.1' >/dev/null 2>&1 &) ; echo up",
  ],
  ["that was stopped", "sleep 777.1 >/dev/null 2>&1 & sleep 0.5; kill -STOP $!; echo up"],
])("after kill -9 no child is left: one %s", async (_, command) => {
  await expectNobodyLeft(command, "stay", (child) => child.kill("SIGKILL"));
});

test.runIf(process.platform === "linux")("after kill -9 no background job is left either", async () => {
  const command = "trap '' TERM; setsid sleep 777.1 & sleep 777.1";
  await expectNobodyLeft(command, "job", (child) => child.kill("SIGKILL"));
});

test.runIf(process.platform === "linux").each([
  ["by itself", "wait"],
  ["with an error", "throw"],
  ["by process.exit", "exit"],
])("when the program ends %s nobody is left who left the group", async (_, how) => {
  const command =
    "setsid sleep 777.1 >/dev/null 2>&1 & setsid env -i /bin/sleep 777.1 >/dev/null 2>&1 & echo up";
  await expectNobodyLeft(command, how, () => true);
});

/** Runs a command in a program that ends somehow, and waits until nothing of the command is left. */
async function expectNobodyLeft(
  command: string,
  then: string,
  end: (child: ChildProcess) => void,
): Promise<void> {
  const unique = `${process.pid}${Math.floor(performance.now())}`;
  const cwd = await temporaryFolder();
  const child = spawn(
    process.execPath,
    ["--conditions=@zotpilot/source", PROGRAM, command.replaceAll("777.1", `777.${unique}`), then],
    { cwd, stdio: ["ignore", "pipe", "ignore"] },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
  if (then === "stay" || then === "job") {
    await expect.poll(() => processesWith(`sleep\u0000777.${unique}`).length).toBeGreaterThan(0);
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  end(child);
  await ended;
  // Long, because the machine may be busy; the watchdog itself takes a second.
  await expect.poll(() => processesWith(`777.${unique}`), { timeout: 20_000, interval: 100 }).toEqual([]);
}
