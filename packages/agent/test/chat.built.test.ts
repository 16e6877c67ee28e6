import { once } from "node:events";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createSimulator } from "@zotpilot/simulator";
import { afterEach, beforeAll, expect, test } from "vitest";
import { createSandbox, type Sandbox } from "./support/cli.ts";
import { openTerminal, type TestTerminal } from "./support/terminal.ts";

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist", "bin.js");
const escape = "\u001b";

const open: TestTerminal[] = [];

beforeAll(() => {
  if (!existsSync(program)) throw new Error("build the program first: npm run build");
});

afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

function start(sandbox: Sandbox, args: readonly string[], size = { columns: 140, rows: 30 }): TestTerminal {
  const terminal = openTerminal({
    file: process.execPath,
    args: [program, ...args],
    cwd: sandbox.project,
    env: sandbox.env,
    ...size,
  });
  open.push(terminal);
  return terminal;
}

/** The composer is empty and nothing runs. */
async function isReady(terminal: TestTerminal): Promise<void> {
  await terminal.waitUntil(() => {
    const screen = terminal.screen();
    const composer = screen.findLastIndex((line) => line.startsWith("› "));
    const status = screen[composer + 2] ?? "";
    return (
      (screen[composer] ?? "").startsWith("› ask") &&
      !(screen[composer - 1] ?? "").includes("Esc to stop") &&
      status.includes("context")
    );
  }, "an idle chat");
}

async function startReady(
  sandbox: Sandbox,
  args: readonly string[] = ["--demo", "--yes"],
): Promise<TestTerminal> {
  const terminal = start(sandbox, args);
  await isReady(terminal);
  return terminal;
}

/** Waits for a question, and until keys answer it: they do not while somebody could still be typing. */
async function isAsked(terminal: TestTerminal, question: string): Promise<void> {
  await terminal.waitUntil(
    () => terminal.screen().some((line) => line.includes(question)),
    `the question "${question}"`,
  );
  await sleep(700);
}

test("reads a file: the call is shown, the answer streams, and the prompt comes back", async () => {
  await using sandbox = await createSandbox();
  await writeFile(join(sandbox.project, "README.md"), "# The sandbox\n\nOnly a test.\n");
  const terminal = await startReady(sandbox);
  expect(terminal.screen().join("\n")).toContain("Demo");
  terminal.type("read README.md\r");
  await terminal.waitFor(/^● read README\.md/);
  await terminal.waitFor(/^I read README\.md/);
  await isReady(terminal);
  const history = terminal.history();
  expect(history.filter((line) => line === "› read README.md")).toHaveLength(1);
  expect(history.filter((line) => line.startsWith("● read"))).toHaveLength(1);
  expect(history.filter((line) => line.includes("# The sandbox")).length).toBeGreaterThan(0);
  expect(terminal.screen().at(-1) ?? "").toBe("");
  expect(
    terminal.screen().some((line) => /context \S+% of \d+k · Demo, not an AI · .*project/.test(line)),
  ).toBe(true);
});

test("Esc stops a slow answer; what was said stays, and the next prompt is answered", async () => {
  await using sandbox = await createSandbox();
  const terminal = await startReady(sandbox);
  terminal.type("count slowly to 100\r");
  await terminal.waitFor(/\b12\b/);
  terminal.type(escape);
  await terminal.waitFor(/^stopped$/);
  await isReady(terminal);
  const history = terminal.history().join("\n");
  expect(history).toContain("11");
  expect(history).not.toMatch(/\b100\b(?!\n)[^k]*stopped/);
  terminal.type("list the files here\r");
  await terminal.waitFor(/^● glob/);
  await isReady(terminal);
});

test("Esc stops a command, and a waiting prompt comes back into the composer", async () => {
  await using sandbox = await createSandbox();
  const terminal = await startReady(sandbox);
  terminal.type("run sleep 60\r");
  await terminal.waitFor(/^● bash sleep 60/);
  terminal.type("then this\r");
  await terminal.waitFor(/next: then this/);
  terminal.type(escape);
  await terminal.waitFor(/^stopped$/);
  await terminal.waitUntil(() => terminal.screen().includes("› then this"), "the prompt in the composer");
});

test("the terminal is as before after exit, with the conversation in its scrollback", async () => {
  await using sandbox = await createSandbox();
  const settings = "stty -a | tr '\\n' ' ' | sed 's/^/settings: /'; echo";
  const script = `echo earlier line; ${settings}; "${process.execPath}" "${program}" --demo; echo "code $?"; ${settings}`;
  const terminal = openTerminal({
    file: "/bin/sh",
    args: ["-c", script],
    cwd: sandbox.project,
    env: sandbox.env,
    columns: 1000,
    rows: 30,
  });
  open.push(terminal);
  await isReady(terminal);
  terminal.type("what can you do?\r");
  await terminal.waitFor("Waiting for the model");
  await isReady(terminal);
  terminal.type("/exit\r");
  await terminal.exited;
  await terminal.waitFor(/^code 0$/);
  await terminal.waitUntil(
    () => terminal.history().filter((line) => line.startsWith("settings: ")).length === 2,
    "both settings",
  );
  const history = terminal.history();
  const [before, after] = history.filter((line) => line.startsWith("settings: "));
  expect(after).toBe(before);
  expect(history).toContain("earlier line");
  expect(history).toContain("› what can you do?");
  expect(history.some((line) => line.startsWith("› ask"))).toBe(false);
  // Cursor shown, bracketed paste off, main screen, and the scrollback was never cleared.
  const output = terminal.output();
  expect(output.lastIndexOf("\u001b[?25h")).toBeGreaterThan(output.lastIndexOf("\u001b[?25l"));
  expect(output.lastIndexOf("\u001b[?2004l")).toBeGreaterThan(output.lastIndexOf("\u001b[?2004h"));
  expect(output).not.toContain("\u001b[3J");
  expect(output).not.toContain("\u001b[2J");
  expect(output).not.toContain("\u001b[?1049h");
});

test("SIGTERM gives the terminal back as well", async () => {
  await using sandbox = await createSandbox();
  const terminal = await startReady(sandbox);
  terminal.type("count slowly to 100\r");
  await terminal.waitFor(/\b5\b/);
  terminal.pty.kill("SIGTERM");
  expect(await terminal.exited).toMatchObject({ exitCode: 143 });
  const output = terminal.output();
  expect(output.lastIndexOf("\u001b[?25h")).toBeGreaterThan(output.lastIndexOf("\u001b[?25l"));
});

test("Ctrl+C clears the line, and twice exits", async () => {
  await using sandbox = await createSandbox();
  const terminal = await startReady(sandbox);
  terminal.type("half a thought");
  await terminal.waitUntil(() => terminal.screen().includes("› half a thought"), "the typed text");
  terminal.type("\u0003");
  await isReady(terminal);
  terminal.type(`${escape}[A`);
  await terminal.waitUntil(() => terminal.screen().includes("› half a thought"), "the text from the history");
  terminal.type("\u0003");
  await isReady(terminal);
  terminal.type("\u0003");
  await terminal.waitFor(/Ctrl\+C again to exit/);
  terminal.type("\u0003");
  expect(await terminal.exited).toMatchObject({ exitCode: 0 });
});

test("signed out, the chat says so in one line; /demo and /login lead on", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox();
  const terminal = start(sandbox, ["--host", simulator.origin]);
  await terminal.waitFor(/^Nobody is signed in: \/login .* \/demo/);
  terminal.type("hello\r");
  await terminal.waitUntil(
    () => terminal.history().filter((line) => line.startsWith("Nobody is signed in")).length === 2,
    "the refusal",
  );
  expect(terminal.screen()).toContain("› hello");
  terminal.type("\u0003/login\r");
  await terminal.waitFor(/Enter +[A-Z]{4}-[A-Z]{4}/);
  const code = /[A-Z]{4}-[A-Z]{4}/.exec(terminal.screen().join("\n"))?.[0] ?? "";
  const approved = await fetch(`${simulator.origin}/login/device`, {
    method: "POST",
    headers: { origin: simulator.origin },
    body: new URLSearchParams({ user_code: code, decision: "approve" }),
  });
  expect(approved.status).toBe(200);
  await terminal.waitFor(/^Signed in as /);
  await isReady(terminal);
  terminal.type("list the files here\r");
  await terminal.waitFor(/^● glob/);
  await isReady(terminal);
  terminal.type("/logout\r");
  await terminal.waitFor(/^Signed out/);
  terminal.type("/demo\r");
  await terminal.waitUntil(
    () => terminal.screen().some((line) => line.includes("Demo, not an AI")),
    "the demo",
  );
  expect(terminal.output()).not.toContain(simulator.githubToken);
});

test("an earlier conversation is shown again by --continue", async () => {
  await using sandbox = await createSandbox();
  const first = await startReady(sandbox);
  first.type("run echo a-mark-to-find\r");
  await first.waitFor(/^● bash/);
  await isReady(first);
  first.type("\u0004");
  await first.exited;
  const second = await startReady(sandbox, ["--demo", "--yes", "--continue"]);
  expect(second.history()).toContain("› run echo a-mark-to-find");
  second.type("what can you do?\r");
  await isReady(second);
});

test("the model is changed from a list, and by name", async () => {
  await using sandbox = await createSandbox();
  const terminal = await startReady(sandbox);
  terminal.type("/model\r");
  await terminal.waitFor("Choose a model");
  terminal.type("gpt-5-mini");
  terminal.type("\r");
  await terminal.waitFor("gpt-5-mini answers from now on.");
  terminal.type("/model no-such-model\r");
  await terminal.waitFor(/There is no model "no-such-model"/);
  await terminal.waitUntil(
    () => terminal.screen().some((line) => line.startsWith("gpt-5-mini")),
    "the model in the status line",
  );
});

test("an unknown model ends with one sentence and exit code 2", async () => {
  await using sandbox = await createSandbox();
  const terminal = start(sandbox, ["--demo", "--model", "no-such-model"]);
  expect(await terminal.exited).toMatchObject({ exitCode: 2 });
  await terminal.waitFor(/^zotpilot: there is no model "no-such-model"/);
});

test("what a file holds is shown, and not obeyed by the terminal", async () => {
  await using sandbox = await createSandbox();
  const hostile = "before\u001b]0;stolen title\u0007\u001b[2J\u001b[31mred\u001b[0m\u202eafter\n";
  await writeFile(join(sandbox.project, "hostile.txt"), hostile);
  const terminal = await startReady(sandbox);
  terminal.type("read hostile.txt\r");
  await terminal.waitFor(/before.*red.*after/);
  await isReady(terminal);
  expect(terminal.output()).not.toContain("stolen title");
  expect(terminal.output()).not.toContain("\u001b[2J");
  expect(terminal.output()).not.toContain("\u202e");
});

test("resizing while an answer streams neither loses nor doubles a line", async () => {
  await using sandbox = await createSandbox();
  const terminal = start(sandbox, ["--demo"], { columns: 80, rows: 16 });
  await isReady(terminal);
  terminal.type("count slowly to 40\r");
  for (const [columns, rows] of [
    [60, 20],
    [100, 12],
    [44, 30],
  ] as const) {
    const seen = terminal.output().length;
    terminal.resize(columns, rows);
    // Drawn anew for the new size, and once more after that.
    const drawn = (): string => terminal.output().slice(seen);
    await terminal.waitUntil(() => /\u001b\[J[^]{400}/.test(drawn()), "the resized chat");
  }
  await isReady(terminal);
  const history = terminal.history();
  expect(history.filter((line) => line === "› count slowly to 40")).toHaveLength(1);
  const words = history.join(" ").split(/\s+/);
  const numbers = Array.from({ length: 40 }, (_, index) => String(index + 1));
  const first = words.lastIndexOf("1");
  expect(words.slice(first, first + 40)).toEqual(numbers);
});

test("a low window never copies its frame into the scrollback", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox();
  const terminal = start(sandbox, ["--host", simulator.origin], { columns: 40, rows: 8 });
  await terminal.waitFor("Nobody is signed in");
  terminal.type("/login\r");
  await terminal.waitFor(/Enter +[A-Z]{4}-[A-Z]{4}/);
  const before = terminal.history().length;
  const seen = terminal.output().length;
  await terminal.waitUntil(() => terminal.output().length > seen + 1_000, "some turns of the spinner");
  expect(terminal.history().length).toBe(before);
  terminal.type(escape);
  await terminal.waitUntil(() => terminal.screen().some((line) => line.startsWith("› ask")), "the composer");
  terminal.type("/demo\r");
  await terminal.waitUntil(() => terminal.screen().some((line) => line.startsWith("gpt-4.1")), "the demo");
  terminal.type("count slowly to 90\r");
  await terminal.waitFor(/\b9\b/);
  for (const [text, shown] of [
    ["one", "next: one"],
    ["two", "2 prompts wait"],
    ["three", "3 prompts wait"],
  ] as const) {
    terminal.type(`${text}\r`);
    await terminal.waitFor(shown);
  }
  terminal.type("a draft\u000aof two\u000aand three lines");
  await terminal.waitFor("and three lines");
  terminal.type(escape);
  await terminal.waitFor(/^stopped$/);
  expect(terminal.history().filter((line) => line.includes("3 prompts wait")).length).toBeLessThanOrEqual(1);
});

test("what is typed and the status line stand through any resize", async () => {
  await using sandbox = await createSandbox();
  const terminal = start(sandbox, ["--demo"], { columns: 80, rows: 24 });
  await isReady(terminal);
  terminal.type("a draft");
  await terminal.waitUntil(() => terminal.screen().includes("› a draft"), "the draft");
  for (const [columns, rows] of [
    [70, 24],
    [80, 24],
    [79, 24],
    [80, 30],
    [80, 20],
    [80, 24],
  ] as const) {
    terminal.resize(columns, rows);
    terminal.type("x");
    await terminal.waitUntil(() => {
      const screen = terminal.screen();
      const composer = screen.findLastIndex((line) => line.startsWith("› a draftx"));
      return composer >= 0 && (screen[composer + 2] ?? "").startsWith("gpt-4.1");
    }, `the whole chat at ${columns}x${rows}`);
  }
});

test("a service that never answers can be left at any time", async () => {
  const silent = createServer(() => undefined);
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  try {
    const { port } = silent.address() as AddressInfo;
    await using sandbox = await createSandbox({ COPILOT_GITHUB_TOKEN: "ghu_silent" });
    const terminal = start(sandbox, ["--host", `http://127.0.0.1:${port}`]);
    await terminal.waitFor("connecting…");
    terminal.type("hello\r");
    await terminal.waitFor(/Connecting.*Esc to stop/);
    await terminal.waitFor("next: hello");
    terminal.type(escape);
    await terminal.waitUntil(() => terminal.screen().includes("› hello"), "the prompt in the composer");
    terminal.type("\u0003");
    await terminal.waitUntil(() => !terminal.screen().includes("› hello"), "an empty composer");
    terminal.type("\u0003");
    await terminal.waitFor("Ctrl+C again to exit");
    terminal.type("\u0003");
    expect(await terminal.exited).toMatchObject({ exitCode: 0 });
  } finally {
    silent.close();
    silent.closeAllConnections();
  }
});

test("a command is asked about; no, once, and always each mean what they say", async () => {
  await using sandbox = await createSandbox();
  const terminal = await startReady(sandbox, ["--demo"]);
  const ask = async (): Promise<void> => {
    terminal.type("run touch made-by-agent\r");
    await isAsked(terminal, "bash asks to run:");
    expect(terminal.screen().some((line) => line.trim() === "touch made-by-agent")).toBe(true);
  };
  const made = join(sandbox.project, "made-by-agent");
  await ask();
  terminal.type("n");
  await isReady(terminal);
  expect(existsSync(made)).toBe(false);
  await ask();
  terminal.type("y");
  await isReady(terminal);
  expect(existsSync(made)).toBe(true);
  await ask();
  terminal.type(escape);
  await terminal.waitFor(/^stopped$/);
  await isReady(terminal);
  await ask();
  terminal.type("a");
  await isReady(terminal);
  await rm(made);
  terminal.type("run touch made-by-agent\r");
  await terminal.waitUntil(() => existsSync(made), "the file, without a question");
  await isReady(terminal);
  terminal.type("create a file hello.txt with the text hi\r");
  await isAsked(terminal, "write asks to change:");
  terminal.type("\r");
  await isReady(terminal);
  const written = join(sandbox.project, "hello.txt");
  expect(existsSync(written)).toBe(true);
  terminal.type("/undo\r");
  await terminal.waitFor(/^As before: .*hello\.txt/);
  expect(existsSync(written)).toBe(false);
  expect(existsSync(made)).toBe(true);
});

test("an edit is shown before and after as what it changes, a command with how it ended, without colours if so wished", async () => {
  await using sandbox = await createSandbox({ NO_COLOR: "1" });
  await writeFile(join(sandbox.project, "notes.txt"), "zero\none\ntwo\n");
  const terminal = await startReady(sandbox, ["--demo"]);
  terminal.type("in notes.txt, replace one with 1\r");
  await terminal.waitUntil(() => {
    const screen = terminal.screen().map((line) => line.trim());
    const at = screen.indexOf("edit asks to change:");
    return at !== -1 && screen.slice(at + 1, at + 5).join("|") === "notes.txt|@@|-one|+1";
  }, "the change in the question");
  await isAsked(terminal, "edit asks to change:");
  terminal.type("y");
  await terminal.waitFor(/^● edit notes\.txt · \+1 −1$/);
  await terminal.waitFor(/^ {2}│ -one$/);
  await isReady(terminal);
  terminal.type("run seq 1 9000 && exit 7\r");
  await terminal.waitFor(/^● bash seq 1 9000 && exit 7 · exit 7 · \d+(\.\d)? m?s$/);
  await terminal.waitFor(/^ {2}└ all of the output: \/\S+$/);
  await isReady(terminal);
  // eslint-disable-next-line no-control-regex
  expect(terminal.output()).not.toMatch(/\u001b\[(3[0-8]|9[0-7])m/);
});

test("what a low window has no room for stands in the scrollback, all of it, once", async () => {
  await using sandbox = await createSandbox();
  await writeFile(join(sandbox.project, "notes.txt"), "zero\none\ntwo\n");
  const terminal = start(sandbox, ["--demo"], { columns: 200, rows: 13 });
  await isReady(terminal);
  terminal.type("in notes.txt, replace one with 1\r");
  await terminal.waitFor(/more lines, shown above/);
  await terminal.waitFor(/^edit asks for this:$/);
  const history = terminal.history();
  const at = history.indexOf("edit asks for this:");
  expect(history.slice(at + 1, at + 6)).toEqual([
    "notes.txt",
    "@@",
    "-one",
    "+1",
    expect.stringMatching(/^because /),
  ]);
  expect(history.some((line) => /^writes \/.*notes\.txt$/.test(line))).toBe(true);
  // What "always" would permit is never cut.
  expect(terminal.screen().some((line) => line.startsWith("s and a permit: write(notes.txt)"))).toBe(true);
  await isAsked(terminal, "more lines, shown above");
  terminal.type("y");
  await terminal.waitFor(/^● edit notes\.txt · \+1 −1$/);
  expect(terminal.history().filter((line) => line === "edit asks for this:")).toHaveLength(1);
});

test("a question in a low window is not copied into the scrollback, offers only what it can show, and can be answered", async () => {
  await using sandbox = await createSandbox();
  const terminal = start(sandbox, ["--demo"], { columns: 60, rows: 10 });
  await isReady(terminal);
  terminal.type("run touch made-by-agent\r");
  await isAsked(terminal, "n  no");
  const before = terminal.history().length;
  const seen = terminal.output().length;
  await terminal.waitUntil(() => terminal.output().length > seen + 400, "some turns of the spinner");
  expect(terminal.history().length).toBe(before);
  expect(terminal.screen().filter((line) => /^. [ysan] {2}/.test(line))).toEqual([
    "❯ y  yes, this once",
    "  n  no",
  ]);
  terminal.type("y");
  await terminal.waitUntil(() => existsSync(join(sandbox.project, "made-by-agent")), "the file");
  await isReady(terminal);
});
