import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { createBashTool } from "../src/index.ts";
import { call, temporaryFolder } from "./helpers.ts";

const bashTool = createBashTool();

/** Starts a command, and aborts it when it has printed "up". */
async function abortWhenUp(folder: string, command: string): Promise<{ text: string; isError: boolean }> {
  const controller = new AbortController();
  const { content, isError } = await call(
    bashTool,
    folder,
    { command },
    { signal: controller.signal, progress: (text) => text.includes("up") && controller.abort() },
  );
  return { text: content[0]?.type === "text" ? content[0].text : "", isError };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until a process is dead, however long that takes, or has no parent left to bury it. */
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) {
    const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z");
    if (/\) Z/.test(state)) return;
    await sleep(20);
  }
}

async function pidIn(folder: string, name: string): Promise<number> {
  for (;;) {
    const pid = Number(await readFile(join(folder, name), "utf8").catch(() => ""));
    if (pid > 0) return pid;
    await sleep(20);
  }
}

test("an abort ends the whole group, and what was printed is in the result", async () => {
  const folder = await temporaryFolder();
  const command =
    "sleep 300 & echo $! > child; (sleep 300 & echo $! > grandchild; wait) & " +
    "until [ -s grandchild ]; do sleep 0.05; done; echo up; wait";
  const { text, isError } = await abortWhenUp(folder, command);
  expect(isError).toBe(true);
  expect(text).toMatch(/\n\nup\n\n\[exit -1\] \(aborted\) {2}Took/);
  await gone(await pidIn(folder, "child"));
  await gone(await pidIn(folder, "grandchild"));
});

test("a command may clean up when it is stopped", async () => {
  const folder = await temporaryFolder();
  const command = "trap 'echo cleaned; exit 0' TERM; echo up; for _ in {1..1000}; do sleep 0.05; done";
  const { text, isError } = await abortWhenUp(folder, command);
  expect(text).toMatch(/\n\nup\n(?:Terminated\n)?cleaned\n\n\[exit -1\] \(aborted\)/);
  expect(isError).toBe(true);
});

test("F-30: what ignores TERM is killed, and so is what was halted", async () => {
  const folder = await temporaryFolder();
  const stubborn = await abortWhenUp(
    folder,
    "trap '' TERM; echo $$ > stubborn; echo up; for _ in {1..1000}; do sleep 0.05; done",
  );
  expect(stubborn.text).toContain("[exit -1] (aborted)");
  await gone(await pidIn(folder, "stubborn"));
  const halted = await abortWhenUp(folder, "echo $$ > halted; echo up; kill -STOP $$; sleep 300");
  expect(halted.text).toContain("[exit -1] (aborted)");
  await gone(await pidIn(folder, "halted"));
});

test("a child that outlives its shell and ignores TERM is killed too", async () => {
  const folder = await temporaryFolder();
  const child = `bash -c 'trap "" TERM; echo $$ > child; for _ in {1..1000}; do sleep 0.05; done' > /dev/null &`;
  await abortWhenUp(folder, `${child} until [ -s child ]; do sleep 0.05; done; echo up; wait`);
  await gone(await pidIn(folder, "child"));
});

test("F-30: the time limit stops a command and says so", async () => {
  const folder = await temporaryFolder();
  const limited = createBashTool({ timeoutSeconds: 1 });
  const byDefault = await call(limited, folder, { command: "echo before; sleep 300; echo after" });
  expect(byDefault).toMatchObject({
    isError: true,
    content: [{ text: expect.stringMatching(/\n\nbefore\n\n\[exit -1\] \(stopped after 1 s; timeout sets/) }],
  });
  const asked = await call(bashTool, folder, { command: "sleep 300", timeout: 1 });
  expect(asked).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("after 1 s") }] });
  const enough = await call(limited, folder, { command: "sleep 1.2; echo after", timeout: 100 });
  expect(enough).toMatchObject({ isError: false });
});

test("a call that is aborted before it starts runs nothing", async () => {
  const folder = await temporaryFolder();
  const signal = AbortSignal.abort(new Error("stop"));
  await expect(call(bashTool, folder, { command: "touch ran" }, { signal })).rejects.toThrow("stop");
  await expect(readFile(join(folder, "ran"))).rejects.toThrow("ENOENT");
});

test("F-31: sleep 60 & echo done returns with done while the sleep goes on", async () => {
  const folder = await temporaryFolder();
  const { content, isError, details } = await call(bashTool, folder, {
    command: "sleep 60 & echo $! > child; echo done",
  });
  const pid = await pidIn(folder, "child");
  expect(isAlive(pid)).toBe(true);
  process.kill(pid, "SIGKILL");
  expect(isError).toBe(false);
  expect(content).toMatchObject([{ text: expect.stringMatching(/\n\ndone\n[^]*\n\[exit 0\]/) }]);
  expect(details).toMatchObject({ exit_code: 0, left_running: true });
});

test("F-31: a background process holds up nothing, and may go on printing", async () => {
  const folder = await temporaryFolder();
  const command =
    "(echo early; until [ -e go ]; do sleep 0.05; done; echo late; echo survived > proof) & echo $! > child; echo done";
  const { content, isError } = await call(bashTool, folder, { command });
  expect(isError).toBe(false);
  expect(content).toMatchObject([{ text: expect.stringMatching(/^done$/m) }]);
  expect(content).toMatchObject([{ text: expect.stringMatching(/a background process .* still running/) }]);
  const pid = await pidIn(folder, "child");
  expect(isAlive(pid)).toBe(true);
  // Printing to a pipe that nobody reads any more would kill it.
  await call(bashTool, folder, { command: "touch go" });
  await gone(pid);
  expect(await readFile(join(folder, "proof"), "utf8")).toBe("survived\n");
});

test("a background process that prints without end holds up nothing either", async () => {
  const folder = await temporaryFolder();
  const { content, isError } = await call(bashTool, folder, { command: "yes & echo $! > child; exit 3" });
  process.kill(await pidIn(folder, "child"), "SIGKILL");
  expect(isError).toBe(true);
  expect(content).toMatchObject([
    { text: expect.stringMatching(/\n\[exit 3\] \((?:full|first part of the) output: /) },
  ]);
  const text = content[0]?.type === "text" ? content[0].text : "";
  await rm(/output: (\/\S+\.log)\)/.exec(text)?.[1] ?? "");
});

test("F-30: a process that leaves the group by setsid is reported when the command is stopped", async () => {
  const folder = await temporaryFolder();
  const command =
    "setsid sh -c 'echo $$ > escaped; exec sleep 300' & until [ -s escaped ]; do sleep 0.05; done; echo up; wait";
  const { text } = await abortWhenUp(folder, command);
  const pid = await pidIn(folder, "escaped");
  onTestFinished(() => void (isAlive(pid) && process.kill(pid, "SIGKILL")));
  expect(text).toContain("... [a process that left the command's process group could not be stopped]");
});

/** Runs test/children/run-bash.ts with a command that writes its process id to the file `pid`. */
function startProgram(folder: string, command: string, then: string): ReturnType<typeof spawn> {
  const program = join(import.meta.dirname, "children/run-bash.ts");
  return spawn(process.execPath, ["--conditions=@zotpilot/source", program, command, then], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
}

async function outputUntil(child: ReturnType<typeof spawn>, text: string): Promise<void> {
  let printed = "";
  for await (const chunk of child.stdout ?? []) {
    printed += String(chunk);
    if (printed.includes(text)) return;
  }
  throw new Error(`ended before it printed ${text}: ${printed}`);
}

const STUBBORN = "trap '' TERM HUP INT; echo $$ > pid; echo up; for _ in {1..1000}; do sleep 0.05; done";

test.each([
  ["exit", 5],
  ["throw", 1],
])("a command does not outlive a program that ends by %s", async (then, code) => {
  const folder = await temporaryFolder();
  const program = startProgram(folder, STUBBORN, then);
  expect(await once(program, "exit")).toEqual([code, null]);
  await gone(await pidIn(folder, "pid"));
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "a command does not outlive a program that dies by %s, and the program dies as it would have",
  async (signal) => {
    const folder = await temporaryFolder();
    const program = startProgram(folder, STUBBORN, "wait");
    const pid = await pidIn(folder, "pid");
    const exited = once(program, "exit");
    program.kill(signal);
    expect(await exited).toEqual([null, signal]);
    await gone(pid);
  },
);

test("a program that handles signals keeps the word about them", async () => {
  const folder = await temporaryFolder();
  const program = startProgram(folder, STUBBORN, "handle");
  const pid = await pidIn(folder, "pid");
  const exited = once(program, "exit");
  const handled = outputUntil(program, "handled once");
  program.kill("SIGTERM");
  await handled;
  expect(isAlive(pid)).toBe(true);
  program.kill("SIGTERM");
  expect(await exited).toEqual([6, null]);
  await gone(pid);
});

test("two tools in one program leave the signal its effect", async () => {
  const folder = await temporaryFolder();
  const program = startProgram(folder, STUBBORN, "twice");
  const pids = [await pidIn(folder, "pid"), await pidIn(folder, "second")];
  const exited = once(program, "exit");
  program.kill("SIGTERM");
  expect(await exited).toEqual([null, "SIGTERM"]);
  for (const pid of pids) await gone(pid);
});

test("nothing listens when no command runs, and a background process keeps no program alive", async () => {
  const folder = await temporaryFolder();
  const quiet = startProgram(folder, "echo up", "wait");
  await outputUntil(quiet, "listeners 0 0 0 0");
  const program = startProgram(folder, "sleep 300 & echo $! > pid; echo up", "wait");
  expect(await once(program, "exit")).toEqual([0, null]);
  await gone(await pidIn(folder, "pid"));
});

test("a program that has run commands ends as it would have", async () => {
  const folder = await temporaryFolder();
  const programs = Array.from({ length: 6 }, () => startProgram(folder, "echo up", "wait"));
  const ends = await Promise.all(programs.map((program) => once(program, "exit")));
  expect(ends).toEqual(programs.map(() => [0, null]));
});
