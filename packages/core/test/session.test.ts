import { execFile } from "node:child_process";
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import {
  createSession,
  createSessionStore,
  emptyTranscript,
  openSession,
  reduceTranscript,
  type DurableEvent,
} from "../src/index.ts";
import { pairingProblems } from "./support/run.ts";

const run = promisify(execFile);

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "zotpilot-session-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

const user = (text: string): DurableEvent => ({
  type: "user_message",
  message: { role: "user", content: [{ type: "text", text }] },
});

const assistant = (text: string, ...callIds: string[]): DurableEvent => ({
  type: "assistant_message",
  message: {
    role: "assistant",
    content: [
      { type: "text", text },
      ...callIds.map((id) => ({ type: "tool_call" as const, id, name: "read", arguments: "{}" })),
    ],
  },
  usage: { inputTokens: 1, outputTokens: 2, cachedInputTokens: 0, reasoningTokens: 0 },
  stopReason: callIds.length > 0 ? "tool_calls" : "end",
});

const result = (callId: string): DurableEvent => ({
  type: "tool_message",
  message: { role: "tool", callId, name: "read", content: [{ type: "text", text: "ok" }], isError: false },
});

/** A session file of these events; `write` may change its text. */
async function file(
  events: readonly DurableEvent[],
  change: (lines: string[]) => string = (lines) => lines.map((line) => `${line}\n`).join(""),
): Promise<string> {
  const session = createSession({ directory: await folder(), cwd: "/project" });
  for (const event of events) await session.append(event);
  await session.close();
  const lines = (await readFile(session.path, "utf8")).trimEnd().split("\n");
  await writeFile(session.path, change(lines));
  return session.path;
}

async function reopen(path: string) {
  const session = await openSession(path);
  await session.close();
  const transcript = session.events.reduce(reduceTranscript, emptyTranscript);
  expect(pairingProblems(transcript.messages)).toEqual([]);
  return { ...session, ...transcript };
}

const textOfAll = (messages: readonly { content: readonly unknown[] }[]): unknown[] =>
  messages.map((message) => (message.content[0] as { text: string }).text);

test("nothing is written before the first event, and then all of it is", async () => {
  const directory = join(await folder(), "deep", "er");
  const session = createSession({ directory, cwd: "/project", now: () => new Date("2026-01-02T03:04:05Z") });
  await expect(stat(directory)).rejects.toThrow("ENOENT");
  await session.append(user("one\u2028two\r\n"));
  const lines = (await readFile(session.path, "utf8")).split("\n");
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    type: "session",
    version: 1,
    id: session.id,
    cwd: "/project",
    createdAt: "2026-01-02T03:04:05.000Z",
  });
  expect(JSON.parse(lines[1] ?? "")).toMatchObject({
    at: "2026-01-02T03:04:05.000Z",
    event: user("one\u2028two\r\n"),
  });
  expect((await stat(session.path)).mode & 0o777).toBe(0o600);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  await session.close();
  expect((await reopen(session.path)).events).toEqual([user("one\u2028two\r\n")]);
});

test("appends keep their order, whether they are waited for or not", async () => {
  const session = createSession({ directory: await folder(), cwd: "/project" });
  const events = Array.from({ length: 50 }, (_, index) => user(`${index}`));
  await Promise.all(events.map((event) => session.append(event)));
  await session.close();
  expect((await reopen(session.path)).events).toEqual(events);
});

test("a closed session refuses what comes later and makes no file", async () => {
  const directory = await folder();
  const session = createSession({ directory, cwd: "/project" });
  await session.close();
  await session.close();
  await expect(session.append(user("x"))).rejects.toMatchObject({
    code: "session_unavailable",
    message: `the session at ${session.path} is closed`,
  });
  expect(await readdir(directory)).toEqual([]);
});

test("S-K2, F-2: cut anywhere in its last line, a session opens without it, says so, and goes on behind the good ones", async () => {
  const good = [user("one"), assistant("two")];
  const path = await file([...good, user("three äöü")]);
  const bytes = await readFile(path);
  const start = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
  // What lacks the line feed alone is whole; see the test of large records.
  for (let end = start; end < bytes.length - 1; end += 1) {
    await writeFile(path, bytes.subarray(0, end));
    const session = await openSession(path);
    expect(session.events).toEqual(good);
    expect(session.warnings).toEqual(
      end === start
        ? []
        : [
            `${path}: the last line was cut off when it was written, and was left out; what there is of it is kept`,
          ],
    );
    await session.append(user("four"));
    await session.close();
    const after = await reopen(path);
    expect(after.events).toEqual([...good, user("four")]);
    expect(after.warnings).toEqual([]);
  }
});

test("opening alone changes nothing in the file", async () => {
  const path = await file([user("one")], (lines) => `${lines.join("\n")}\n{"torn`);
  const before = await readFile(path, "utf8");
  await reopen(path);
  expect(await readFile(path, "utf8")).toBe(before);
});

test("S-K2, F-6: a tail of zeros, as a power cut leaves it, is cut as well, however long it is", async () => {
  const path = await file([user("one")]);
  await appendFile(path, Buffer.alloc(200_000));
  const session = await openSession(path);
  await session.append(user("two"));
  await session.close();
  expect((await reopen(path)).events).toEqual([user("one"), user("two")]);
});

test("S-K2, F-61: a damaged line in the middle costs that line and nothing else", async () => {
  const damages: [name: string, damage: (line: string) => string][] = [
    ["a flipped bit", (line) => line.replace('"event"', '"eve.t"')],
    ["no JSON", (line) => line.slice(0, -5)],
    ["null", () => "null"],
    ["a number", () => "42"],
    ["binary", () => "\u0000\ufffd\u0001"],
    ["two lines glued together", (line) => line + line],
    ["another form", (line) => line.replace('"content":', '"contents":')],
  ];
  for (const [name, damage] of damages) {
    const path = await file([user("one"), user("two"), user("three")], (lines) => {
      lines[2] = damage(lines[2] ?? "");
      return `${lines.join("\n")}\n`;
    });
    const before = await readFile(path);
    const session = await reopen(path);
    expect(textOfAll(session.messages), name).toEqual(["one", "three"]);
    expect(session.warnings, name).toEqual([
      expect.stringMatching(/: line 3 (is damaged|has an unexpected form)/),
    ]);
    expect(await readFile(path), name).toEqual(before);
  }
});

test("F-61, S-K2: lost lines around tool calls still leave a conversation that a model accepts", async () => {
  const events = [
    user("go"),
    assistant("look", "a", "b"),
    result("a"),
    result("b"),
    assistant("again", "c"),
    result("c"),
    assistant("done"),
    user("more"),
    assistant("end"),
  ];
  for (let lost = 0; lost < 2 ** events.length; lost += 3) {
    const path = await file(events, (lines) =>
      lines
        .map((line, index) => (index > 0 && (lost >> (index - 1)) & 1 ? "damaged\n" : `${line}\n`))
        .join(""),
    );
    const session = await reopen(path);
    // Mending is the same every time, and what it added at the end is in the file.
    expect((await reopen(path)).events).toEqual(session.events);
  }
  const path = await file(
    events,
    (lines) => lines.filter((_, index) => index !== 3 && index !== 5).join("\n") + "\n",
  );
  const session = await reopen(path);
  expect(
    session.messages.map((message) => (message.role === "tool" ? message.callId : message.role)),
  ).toEqual(["user", "assistant", "b", "a", "assistant", "user", "assistant"]);
  expect(session.warnings).toEqual([
    `${path}: results of tool calls are missing and are given as lost (1)`,
    `${path}: results of unknown tool calls were left out (1)`,
  ]);
});

test("S-K3, F-4: calls that were running when the program died are answered as interrupted, once and durably", async () => {
  const path = await file([user("go"), assistant("look", "a", "b", "c"), result("a")]);
  const session = await reopen(path);
  expect(session.messages.slice(3)).toMatchObject([
    {
      role: "tool",
      callId: "b",
      isError: true,
      content: [{ text: expect.stringMatching(/^interrupted: /) }],
    },
    { role: "tool", callId: "c", isError: true },
  ]);
  const again = await reopen(path);
  expect(again.events).toEqual(session.events);
  expect((await readFile(path, "utf8")).trimEnd().split("\n")).toHaveLength(6);
});

test("S-K5, F-64: events of a newer program are kept in the file and passed over", async () => {
  const foreign = '{"id":"x","at":"y","event":{"type":"telepathy","__proto__":{"polluted":1},"deep":[1]}}';
  const path = await file([user("one"), user("two")], ([header, one, two]) =>
    [header, one, foreign, two, ""].join("\n"),
  );
  const session = await openSession(path);
  expect(session.events).toEqual([user("one"), user("two")]);
  expect(session.warnings).toEqual([]);
  await session.append(user("three"));
  await session.close();
  expect(await readFile(path, "utf8")).toContain(foreign);
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});

test("S-K2: line ends of another system and blank lines are no damage", async () => {
  const path = await file([user("one"), user("two")], (lines) => `${lines.join("\r\n\r\n")}\r\n`);
  const session = await reopen(path);
  expect(textOfAll(session.messages)).toEqual(["one", "two"]);
  expect(session.warnings).toEqual([]);
});

test("F-61: what is no session is refused with its reason, and left as it is", async () => {
  const header = (version: unknown): string =>
    JSON.stringify({ type: "session", version, id: "x", cwd: "/", createdAt: "y" });
  const cases: [text: string, code: string, message: RegExp][] = [
    ["", "session_corrupt", /it is empty$/],
    [header(1), "session_corrupt", /its first line is cut off$/],
    ["hello\n", "session_corrupt", /its first line is damaged$/],
    ["null\n", "session_corrupt", /its first line is damaged$/],
    [`${header(0)}\n`, "session_corrupt", /its first line is damaged$/],
    [`${header("1")}\n`, "session_corrupt", /its first line is damaged$/],
  ];
  const path = join(await folder(), "x.jsonl");
  for (const [text, code, message] of cases) {
    await writeFile(path, text);
    await expect(openSession(path), text).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(await readFile(path, "utf8")).toBe(text);
  }
});

test("F-11: a session that cannot be reached says why in one sentence", async () => {
  const directory = await folder();
  const missing = join(directory, "none", "x.jsonl");
  await expect(openSession(missing)).rejects.toMatchObject({
    code: "session_not_found",
    message: `there is no session at ${missing}`,
  });
  await expect(openSession(directory)).rejects.toMatchObject({
    code: "session_unavailable",
    message: expect.stringMatching(/it is a folder$/),
  });
  await writeFile(join(directory, "file"), "");
  await expect(
    createSession({ directory: join(directory, "file"), cwd: "/" }).append(user("x")),
  ).rejects.toMatchObject({
    code: "session_unavailable",
  });
  await expect(openSession(join(directory, "file", "x.jsonl"))).rejects.toMatchObject({
    code: "session_unavailable",
  });
});

test("a link is not written through", async () => {
  const path = await file([user("one")]);
  const link = join(await folder(), "link.jsonl");
  await symlink(path, link);
  const session = await openSession(link);
  await expect(session.append(user("two"))).rejects.toMatchObject({
    code: "session_unavailable",
    message: expect.stringMatching(/symbolic link/),
  });
  expect((await reopen(path)).events).toEqual([user("one")]);
});

test("a session that could not be started can be, once the reason is gone", async () => {
  const parent = await folder();
  const blocker = join(parent, "sessions");
  await writeFile(blocker, "");
  const session = createSession({ directory: blocker, cwd: "/project" });
  await expect(session.append(user("one"))).rejects.toMatchObject({ code: "session_unavailable" });
  await rm(blocker);
  await session.append(user("two"));
  await session.close();
  expect((await reopen(session.path)).events).toEqual([user("two")]);
});

test("F-7: a write that fails half way is taken back, and the next one is whole", async () => {
  const directory = await folder();
  const child = fileURLToPath(new URL("children/write-too-much.ts", import.meta.url));
  // The shell limits the size of files, so that the second event does not fit and the third does.
  const { stdout } = await run("bash", [
    "-c",
    'ulimit -f 8; exec "$0" --conditions=@zotpilot/source "$1" "$2"',
    process.execPath,
    child,
    directory,
  ]);
  const { path, outcomes } = JSON.parse(stdout) as { path: string; outcomes: string[] };
  expect(outcomes).toEqual(["kept", "session_unavailable", "kept"]);
  const session = await reopen(path);
  expect(session.warnings).toEqual([]);
  expect(textOfAll(session.messages)).toEqual(["small", "small again"]);
});

test("F-7: a first write that fails leaves no file", async () => {
  const directory = await folder();
  const child = fileURLToPath(new URL("children/write-too-much.ts", import.meta.url));
  const { stdout } = await run("bash", [
    "-c",
    'ulimit -f 0; exec "$0" --conditions=@zotpilot/source "$1" "$2"',
    process.execPath,
    child,
    directory,
  ]).catch((error: { stdout: string }) => error);
  expect((JSON.parse(stdout) as { outcomes: string[] }).outcomes).toEqual(
    Array(3).fill("session_unavailable"),
  );
  expect(await readdir(directory)).toEqual([]);
});

test("the store: newest first, only sessions, each project for itself", async () => {
  const root = await folder();
  const store = createSessionStore({ root, cwd: "/a" });
  expect(await store.list()).toEqual([]);
  expect(await store.openLatest()).toBeUndefined();
  const made: string[] = [];
  for (const [index, text] of ["old", "new"].entries()) {
    const session = store.create();
    await session.append(user(text));
    await session.close();
    await utimes(session.path, 1000 + index, 1000 + index);
    made.unshift(session.id);
  }
  const [name] = await readdir(root);
  const directory = join(root, name ?? "");
  await writeFile(join(directory, "notes.txt"), "no session");
  await mkdir(join(directory, "folder.jsonl"));
  await symlink(join(directory, "nowhere"), join(directory, "dangling.jsonl"));
  await run("mkfifo", [join(directory, "pipe.jsonl")]);
  await writeFile(join(directory, "broken.jsonl"), "broken\n");

  expect((await store.list()).map(({ id, cwd }) => [id, cwd])).toEqual(made.map((id) => [id, "/a"]));
  const latest = await store.openLatest();
  expect(latest?.id).toBe(made[0]);
  expect(latest?.warnings).toEqual([
    expect.stringMatching(/broken.jsonl is not a session file.*passed over$/),
  ]);
  await latest?.close();
  expect(await createSessionStore({ root, cwd: "/b" }).list()).toEqual([]);
});

test("a session in which only a model was chosen does not hide the conversation before it", async () => {
  const store = createSessionStore({ root: await folder(), cwd: "/a" });
  const talk = store.create();
  await talk.append(user("something to go on with"));
  await talk.close();
  await utimes(talk.path, 1000, 1000);
  const unused = store.create();
  await unused.append({ type: "model_changed", provider: "p", model: "m" });
  await unused.close();
  const latest = await store.openLatest();
  expect(latest?.id).toBe(talk.id);
  await latest?.close();
});

test.skipIf(process.getuid?.() === 0)(
  "a folder that may not be read is told, not taken for an empty one",
  async () => {
    const root = await folder();
    const store = createSessionStore({ root, cwd: "/a" });
    await store.create().append(user("x"));
    const [name] = await readdir(root);
    await chmod(join(root, name ?? ""), 0);
    await expect(store.list()).rejects.toMatchObject({ code: "session_unavailable" });
    await chmod(join(root, name ?? ""), 0o700);
  },
);

test("sessions that are in the way of the store are told", async () => {
  const root = join(await folder(), "root");
  await writeFile(root, "");
  await expect(createSessionStore({ root, cwd: "/a" }).list()).rejects.toMatchObject({
    code: "session_unavailable",
  });
});
