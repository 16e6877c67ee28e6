import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import {
  createAgent,
  createSession,
  createSessionStore,
  exportSession,
  foldTranscript,
  forkSession,
  openSession,
} from "../src/index.ts";
import { say, scripted } from "./support/scripted.ts";
import { assistant, folder, historyOf, sessionFile, user } from "./support/session-files.ts";

const fixture = join(import.meta.dirname, "__fixtures__", "session-v1.jsonl");

/** A session as a newer version may leave it: a newer format, unknown events, known ones of another form. */
async function newerSession(directory: string): Promise<{ path: string; text: string }> {
  const unknown = '{"id":"x","at":"2027","event":{"type":"telepathy","more":1}}';
  const changed = '{"id":"y","at":"2027","event":{"type":"user_message","message":{"said":"otherwise"}}}';
  const path = await sessionFile(directory, [user("one"), assistant("two")], ([header = "", ...lines]) =>
    [header.replace('"version":1', '"version":2,"more":[1]'), ...lines, unknown, changed, '{"torn'].join(
      "\n",
    ),
  );
  return { path, text: await readFile(path, "utf8") };
}

const sentence = (path: string): string =>
  `${path} was written by a newer version of zotpilot (format 2); it is open for reading only; update zotpilot to continue it, or start a new conversation`;

test("S-K5, F-64: a session of a newer version opens for reading, says so, and is left as it is", async () => {
  const directory = await folder();
  const { path, text } = await newerSession(directory);
  const session = await openSession(path);
  expect(session.readOnly).toBe(true);
  expect(session.events).toEqual([user("one"), assistant("two")]);
  expect(session.warnings).toEqual([
    `${path}: lines that this version cannot read were passed over (1)`,
    `${path}: the last line was cut off when it was written, and was left out; what there is of it is kept`,
    sentence(path),
  ]);
  await expect(session.append(user("three"))).rejects.toMatchObject({
    code: "session_newer",
    message: sentence(path),
  });
  await session.close();
  expect(await historyOf(path)).toEqual([user("one"), assistant("two")]);
  expect(await readFile(path, "utf8")).toBe(text);
  expect(await readdir(directory)).toEqual([basename(path)]);
});

test("S-K5, F-64: nobody talks into a session that cannot be kept: no model is asked", async () => {
  const { path, text } = await newerSession(await folder());
  for (const unsaved of ["stop", "continue"] as const) {
    const provider = scripted(say("never"));
    const agent = createAgent({ provider, model: "m", session: await openSession(path), unsaved });
    expect(await agent.prompt("three")).toMatchObject({
      reason: "error",
      error: { code: "session_newer", message: sentence(path) },
    });
    await expect(agent.setModel("other")).rejects.toMatchObject({ code: "session_newer" });
    expect(agent.unsaved).toEqual([]);
    await agent.close();
    expect(provider.requests).toEqual([]);
  }
  expect(await readFile(path, "utf8")).toBe(text);
});

test("S-K5: what would give its lines a header that belies them, or add to them, is refused", async () => {
  const store = createSessionStore({ root: await folder(), cwd: "/project" });
  const { path, text } = await newerSession(store.directory);
  const [listed] = await store.list();
  expect(listed).toMatchObject({ path, title: "one" });
  const id = listed?.id ?? "";
  const newer = { code: "session_newer", message: expect.stringMatching(/\(format 2\)/) };
  await expect(forkSession(path)).rejects.toMatchObject(newer);
  await expect(exportSession(path, store.directory)).rejects.toMatchObject(newer);
  await expect(store.import(path)).rejects.toMatchObject(newer);
  await expect(store.rename(id, "name")).rejects.toMatchObject(newer);
  const latest = await store.openLatest();
  expect(latest).toMatchObject({ path, readOnly: true, warnings: expect.arrayContaining([sentence(path)]) });
  expect(await readFile(path, "utf8")).toBe(text);
  expect((await readdir(store.directory)).filter((name) => name !== "index.json")).toEqual([basename(path)]);
});

test("S-K5: a first line that has become another one is refused", async () => {
  const path = join(await folder(), "x.jsonl");
  const text = '{"type":"session","version":3,"other":"shape"}\n';
  await writeFile(path, text);
  await expect(openSession(path)).rejects.toMatchObject({
    code: "session_newer",
    message: `${path} was written by a newer version of zotpilot (format 3); update zotpilot to use it`,
  });
  expect(await readFile(path, "utf8")).toBe(text);
});

test("S-K5: a session of every released format opens, with all that it says, and goes on", async () => {
  const path = join(await folder(), "session.jsonl");
  await copyFile(fixture, path);
  const history = await historyOf(path);
  expect(history.map(({ type }) => type)).toEqual([
    "model_changed",
    "user_message",
    "assistant_message",
    "tool_message",
    "assistant_message",
    "session_named",
    "cleared",
    "user_message",
    "compacted",
    "user_message",
    "assistant_message",
  ]);
  const lines = (await readFile(fixture, "utf8")).trimEnd().split("\n").slice(1);
  // Nothing of any event is lost by reading it.
  expect(history).toEqual(lines.map((line) => (JSON.parse(line) as { event: unknown }).event));

  const session = await openSession(path);
  expect(session.warnings).toEqual([]);
  expect(foldTranscript(session.events)).toMatchObject({
    name: "the cat",
    model: "claude-haiku-4.5",
    unmeasured: 2,
    files: ["/project/a.txt"],
    usage: { inputTokens: 20, outputTokens: 10, nanoAiu: 3_000_000_000 },
  });
  await session.append(user("go on"));
  await session.close();
  expect((await openSession(path)).events.at(-1)).toEqual(user("go on"));
});

test("a session that another program writes to takes nothing when it was opened for reading", async () => {
  const session = createSession({ directory: await folder(), cwd: "/project" });
  await session.append(user("one"));
  const reader = await openSession(session.path, { held: "read_only" });
  const agent = createAgent({
    provider: scripted(say("never")),
    model: "m",
    session: reader,
    unsaved: "continue",
  });
  expect(await agent.prompt("two")).toMatchObject({ reason: "error", error: { code: "session_locked" } });
  expect(reader.warnings).toEqual([
    expect.stringMatching(/in use by this program; it is open for reading only$/),
  ]);
  await agent.close();
  await session.close();
});

test("F-2, F-6: a torn end of any length is kept whole", async () => {
  const path = await sessionFile(await folder(), [user("one")]);
  const torn = `{"id":"x","at":"","event":{"type":"user_message","text":"${"ü".repeat(1_500_000)}`;
  await writeFile(path, `${await readFile(path, "utf8")}${torn}`);
  const session = await openSession(path);
  await session.append(user("two"));
  await session.close();
  expect(await readFile(`${path}.torn`, "utf8")).toBe(`${torn}\n`);
  expect(await historyOf(path)).toEqual([user("one"), user("two")]);
});

test("F-2, F-7: a torn end that cannot be kept beside the session stays in it, as a line that is passed over", async () => {
  const path = await sessionFile(await folder(), [user("one")]);
  await writeFile(path, `${await readFile(path, "utf8")}{"torn`);
  await mkdir(`${path}.torn`);
  const session = await openSession(path);
  await session.append(user("two"));
  await session.append(user("three"));
  await session.close();
  const again = await openSession(path);
  await again.close();
  expect(again.events).toEqual([user("one"), user("two"), user("three")]);
  expect(again.warnings).toEqual([`${path}: line 3 is damaged and was passed over`]);
  expect((await readFile(path, "utf8")).split("\n")[2]).toBe('{"torn');
});
