import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSimulator } from "@zotpilot/simulator";
import { afterEach, beforeAll, expect, test } from "vitest";
import { createSandbox, type Sandbox } from "./support/cli.ts";
import { makeNewerSession } from "./support/newer-session.ts";
import { openTerminal, type TestTerminal } from "./support/terminal.ts";

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist", "bin.js");

const open: TestTerminal[] = [];

beforeAll(() => {
  if (!existsSync(program)) throw new Error("build the program first: npm run build");
});

afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

function start(sandbox: Sandbox, args: readonly string[]): TestTerminal {
  const terminal = openTerminal({
    file: process.execPath,
    args: [program, ...args],
    cwd: sandbox.project,
    env: sandbox.env,
    columns: 140,
    rows: 30,
  });
  open.push(terminal);
  return terminal;
}

const isOnScreen = (terminal: TestTerminal, text: string): Promise<void> =>
  terminal.waitUntil(() => terminal.screen().some((line) => line.includes(text)), text);

test("the chat is on the screen, and takes what is typed, before anybody has looked for an account", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox({ ZOTPILOT_HOST: simulator.origin });
  // Stands for a keychain that makes a person wait: it gives the token when it is let.
  const release = join(sandbox.home, "..", "release");
  const script = `while ! test -e '${release}'; do sleep 0.05; done; echo ${simulator.githubToken}`;
  sandbox.env["ZOTPILOT_TOKEN_COMMAND"] = JSON.stringify(["/bin/sh", "-c", script]);
  const terminal = start(sandbox, ["what can you do?"]);
  await isOnScreen(terminal, "connecting…");
  expect(terminal.screen().some((line) => line.startsWith("› ask"))).toBe(true);
  terminal.type("typed meanwhile");
  await isOnScreen(terminal, "› typed meanwhile");
  await writeFile(release, "");
  await terminal.waitFor(/^› what can you do\?$/);
  await isOnScreen(terminal, "context");
  await isOnScreen(terminal, "› typed meanwhile");
});

test("a credential store that cannot be used is said in the chat, which goes on without an account", async () => {
  await using sandbox = await createSandbox();
  sandbox.env["ZOTPILOT_TOKEN_COMMAND"] = JSON.stringify(["/bin/sh", "-c", "exit 3"]);
  const terminal = start(sandbox, []);
  await isOnScreen(terminal, "not signed in");
  terminal.type("/demo\r");
  await isOnScreen(terminal, "Demo, not an AI");
  terminal.type("/exit\r");
  expect(await terminal.exited).toMatchObject({ exitCode: 0 });
});

test("a setting that makes no sense ends the chat with its sentence", async () => {
  await using sandbox = await createSandbox({ ZOTPILOT_CREDENTIAL_STORE: "drawer" });
  const terminal = start(sandbox, []);
  expect(await terminal.exited).toMatchObject({ exitCode: 2 });
  await terminal.waitFor(/^zotpilot: ZOTPILOT_CREDENTIAL_STORE is "drawer"; it can be/);
});

test("what GitHub wants a person to know stands in the chat once", async () => {
  await using simulator = await createSimulator({ scenarios: ["exchange.user_notification"] });
  await using sandbox = await createSandbox({
    ZOTPILOT_HOST: simulator.origin,
    COPILOT_GITHUB_TOKEN: simulator.githubToken,
  });
  const said = "GitHub says: Your trial ends soon. (sample) (Subscribe: https://github.com/settings/copilot)";
  const first = start(sandbox, ["what can you do?"]);
  await isOnScreen(first, said);
  first.close();
  const second = start(sandbox, ["what can you do?"]);
  await second.waitFor(/^● |^› what can you do/);
  await isOnScreen(second, "context");
  expect(second.history().join("\n")).not.toContain("GitHub says");
});

test("what is left of an allowance stands in the status line once an answer has told it", async () => {
  await using simulator = await createSimulator({ scenarios: ["quota.headers"] });
  await using sandbox = await createSandbox({
    ZOTPILOT_HOST: simulator.origin,
    COPILOT_GITHUB_TOKEN: simulator.githubToken,
  });
  const terminal = start(sandbox, []);
  await isOnScreen(terminal, "context");
  terminal.type("what can you do?\r");
  await terminal.waitUntil(
    () => terminal.screen().some((line) => / · session 62% left · /.test(line)),
    "the allowance",
  );
  await terminal.waitFor(/with zotpilot login\.$/);
  await isOnScreen(terminal, "› ask");
  terminal.type("/cost\r");
  await terminal.waitFor(/^this conversation: \d+ tokens sent/);
  await terminal.waitFor(/^premium interactions: [\d.]+ of 300 left, starts anew /);
});

test("S-K5: a session of a newer version can be read in the chat, takes nothing, and /clear starts a new one", async () => {
  await using sandbox = await createSandbox();
  const path = await makeNewerSession(sandbox);
  const before = await readFile(path);
  const terminal = start(sandbox, ["--demo", "--continue"]);
  await isOnScreen(terminal, "context");
  await terminal.waitFor(/^› what can you do\?$/);
  await terminal.waitFor("was written by a newer version");
  terminal.type("hello\r");
  await terminal.waitUntil(
    () => terminal.history().filter((line) => line.includes("was written by a newer version")).length === 2,
    "the refusal",
  );
  await isOnScreen(terminal, "› hello");
  terminal.type("\u0003");
  await isOnScreen(terminal, "› ask");
  terminal.type("/clear\r");
  await terminal.waitFor(/^This is a new conversation/);
  terminal.type("list the files here\r");
  await terminal.waitFor(/^● glob/);
  expect(await readFile(path)).toEqual(before);
});
