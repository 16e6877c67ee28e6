import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  createAgent,
  createSession,
  createSessionStore,
  emptyTranscript,
  exportSession,
  forkSession,
  importSession,
  openSession,
  readHistory,
  reduceTranscript,
  type DurableEvent,
  type Session,
} from "../src/index.ts";
import { pairingProblems } from "./support/run.ts";
import { say, scripted } from "./support/scripted.ts";
import {
  assistant,
  compacted,
  folder,
  historyOf,
  result,
  sessionFile,
  user,
} from "./support/session-files.ts";

const transcriptOf = (session: Session) => session.events.reduce(reduceTranscript, emptyTranscript);
const named = (name: string): DurableEvent => ({ type: "session_named", name });

test("a session goes on from its last summary, and its history is readable from the beginning", async () => {
  const path = await sessionFile(await folder(), [
    user("first"),
    assistant("one"),
    compacted("so far"),
    user("second"),
    assistant("two"),
  ]);
  const session = await openSession(path);
  await session.close();
  expect(session.events.map(({ type }) => type)).toEqual([
    "model_changed",
    "compacted",
    "user_message",
    "assistant_message",
  ]);
  const transcript = transcriptOf(session);
  expect(transcript.messages).toHaveLength(3);
  expect(transcript).toMatchObject({
    model: "model-b",
    name: "kept name",
    files: ["/project/a"],
    unmeasured: 2,
    usage: { inputTokens: 101, outputTokens: 22 },
  });
  // The same as folding everything.
  const whole = (await historyOf(path)).reduce(reduceTranscript, emptyTranscript);
  expect(transcript).toEqual(whole);
  expect(await historyOf(path)).toHaveLength(5);
});

test("F-61: a damaged summary is passed over: the conversation goes on from before it", async () => {
  const path = await sessionFile(
    await folder(),
    [user("first"), compacted("so far"), user("second")],
    (lines) => lines.map((line) => `${line.replace('"messages"', '"message?"')}\n`).join(""),
  );
  const session = await openSession(path);
  await session.close();
  expect(transcriptOf(session).messages).toHaveLength(2);
  expect(session.warnings).toEqual([`${path}: line 3 has an unexpected form and was passed over`]);
});

test("S-K2: damage behind a summary is told with its line's number in the file", async () => {
  const path = await sessionFile(
    await folder(),
    [user("a"), user("b"), compacted("so far"), user("c"), user("d")],
    (lines) => lines.map((line, index) => `${index === 4 ? line.slice(5) : line}\n`).join(""),
  );
  const session = await openSession(path);
  await session.close();
  expect(session.warnings).toEqual([`${path}: line 5 is damaged and was passed over`]);
});

test("F-61, S-K2: for a flipped byte in each line, that line at most is lost, and what comes later is kept", async () => {
  const events = [user("a"), assistant("b"), compacted("c"), user("d"), assistant("e", "1"), result("1")];
  for (let line = 1; line <= events.length; line += 1) {
    const path = await sessionFile(await folder(), events, (lines) =>
      lines.map((text, index) => `${index === line ? text.replace('{"id"', '{"id') : text}\n`).join(""),
    );
    const session = await openSession(path);
    await session.append(user("later"));
    await session.close();
    const history = await historyOf(path);
    // Where the call is lost its result stays in the file; it has no place in the conversation.
    expect(
      history.filter((event) => events.some((each) => JSON.stringify(each) === JSON.stringify(event))),
    ).toHaveLength(events.length - 1);
    expect(history.at(-1)).toEqual(user("later"));
    expect(pairingProblems(transcriptOf(session).messages)).toEqual([]);
  }
});

test("F-2, F-6: what is cut off a torn end is kept beside the session", async () => {
  const path = await sessionFile(await folder(), [user("a")]);
  await appendFile(path, '{"id":"half a rec');
  const session = await openSession(path);
  expect(session.warnings).toHaveLength(1);
  await session.append(user("b"));
  await session.close();
  expect(await readFile(`${path}.torn`, "utf8")).toBe('{"id":"half a rec\n');
  expect(await historyOf(path)).toEqual([user("a"), user("b")]);
  expect((await stat(`${path}.torn`)).mode & 0o777).toBe(0o600);
});

test("S-K5, F-64: events of a newer program stay in the file, in forks and in exports", async () => {
  const directory = await folder();
  const future = { id: "x", at: "2027", event: { type: "from_the_future", more: 1 } };
  const path = await sessionFile(directory, [user("a")], (lines) =>
    [...lines, JSON.stringify(future)].map((line) => `${line}\n`).join(""),
  );
  const fork = await forkSession(path);
  await fork.append(user("b"));
  await fork.close();
  const exported = await exportSession(fork.path, directory);
  const { path: imported } = await importSession(exported, { directory, cwd: "/elsewhere" });
  for (const file of [fork.path, exported, imported]) {
    expect(await readFile(file, "utf8")).toContain(JSON.stringify(future));
  }
});

test("S-K6: __proto__ and friends in a session or its index do nothing", async () => {
  const root = await folder();
  const store = createSessionStore({ root, cwd: "/p" });
  const path = await sessionFile(store.directory, [user("a")], (lines) =>
    lines
      .map((line) => `${line.replace("{", '{"__proto__":{"polluted":1},"constructor":{"polluted":1},')}\n`)
      .join(""),
  );
  await writeFile(
    join(store.directory, "index.json"),
    '{"version":1,"__proto__":{"polluted":1},"sessions":[["__proto__",1,1,{"id":"x","cwd":"","createdAt":""}]]}',
  );
  expect((await store.list()).map((each) => each.path)).toEqual([path]);
  const session = await openSession(path);
  await session.close();
  expect(session.events).toEqual([user("a")]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("S-L3, F-41: a second opener gets a copy, is told who writes, and the two do not mix", async () => {
  const directory = await folder();
  const path = await sessionFile(directory, [user("start")]);
  const first = await openSession(path);
  const second = await openSession(path);
  expect(second.path).not.toBe(first.path);
  expect(second.warnings).toEqual([
    `${path} is in use by this program; this is a copy of it, ${second.path}`,
  ]);
  const reader = await openSession(path, { held: "read_only" });
  expect(reader).toMatchObject({ readOnly: true, events: [user("start")] });
  await expect(reader.append(user("x"))).rejects.toMatchObject({ code: "session_locked" });
  await expect(openSession(path, { held: "throw" })).rejects.toMatchObject({ code: "session_locked" });
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? first : second).append(user(`${index}`))),
  );
  for (const session of [first, second, reader]) await session.close();
  for (const [session, parity] of [
    [first, 0],
    [second, 1],
  ] as const) {
    const texts = (await historyOf(session.path)).slice(1);
    expect(texts).toEqual(Array.from({ length: 20 }, (_, index) => user(`${index * 2 + parity}`)));
  }
  // Given back, it can be had again.
  const again = await openSession(path, { held: "throw" });
  await again.close();
  expect((await readdir(directory)).filter((name) => name.endsWith(".lock"))).toEqual([]);
});

const holder = fileURLToPath(new URL("children/hold-session.ts", import.meta.url));

test("S-L3, F-41: another process that writes is named, and one that was killed holds nothing", async () => {
  const path = await sessionFile(await folder(), [user("start")]);
  const child = spawn(process.execPath, ["--conditions=@zotpilot/source", holder, path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  await expect(openSession(path, { held: "throw" })).rejects.toThrow(`in use by process ${child.pid}, since`);
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  const session = await openSession(path, { held: "throw" });
  await session.append(user("mine now"));
  await session.close();
  expect(await historyOf(path)).toEqual([user("start"), user("mine now")]);
});

test("S-L3: locks of the dead are taken over, whoever has their number now; those of the living are not", async () => {
  const path = await sessionFile(await folder(), [user("start")]);
  const lock = (fields: object): string =>
    JSON.stringify({ token: "t", pid: process.pid, host: hostname(), since: "then", ...fields });
  const free = async (text: string, ageMs = 0): Promise<boolean> => {
    await writeFile(`${path}.lock`, text);
    const then = new Date(Date.now() - ageMs);
    await utimes(`${path}.lock`, then, then);
    try {
      await (await openSession(path, { held: "throw" })).close();
      return true;
    } catch {
      return false;
    } finally {
      await rm(`${path}.lock`, { force: true });
    }
  };
  expect(await free(lock({ pid: 2 ** 22 + 1 }))).toBe(true);
  expect(await free(lock({}))).toBe(false);
  if (process.platform === "linux") expect(await free(lock({ started: "another boot/1" }))).toBe(true);
  expect(await free(lock({ host: "another" }))).toBe(false);
  expect(await free(lock({ host: "another" }), 120_000)).toBe(true);
  if (process.platform === "linux") {
    // Another container counts its processes by itself: nobody here can see whether that one lives.
    const elsewhere = { pid: 2 ** 22 + 1, namespace: "pid:[1]" };
    expect(await free(lock(elsewhere))).toBe(false);
    expect(await free(lock(elsewhere), 120_000)).toBe(true);
  }
  expect(await free("")).toBe(true);
  expect(await free("", 60_000)).toBe(true);
  expect(await free("not json", 60_000)).toBe(true);
});

test("S-L3: a program that lost its lease stops writing", async () => {
  const path = await sessionFile(await folder(), [user("start")]);
  const session = await openSession(path);
  await rm(`${path}.lock`);
  const other = await openSession(path, { held: "throw" });
  await expect(session.append(user("lost"))).rejects.toMatchObject({ code: "session_locked" });
  await other.append(user("won"));
  await session.close();
  await other.close();
  expect(await historyOf(path)).toEqual([user("start"), user("won")]);
});

test("F-11: a session whose folder is deleted says so, and the agent may go on in memory", async () => {
  const directory = await folder();
  const session = createSession({ directory: join(directory, "sessions"), cwd: "/p" });
  const agent = createAgent({
    provider: scripted(say("one"), say("two"), say("three")),
    model: "model-a",
    session,
    unsaved: "continue",
  });
  const notices: string[] = [];
  agent.subscribe((event) => {
    if (event.type === "notice") notices.push(event.text);
  });
  expect(await agent.prompt("1")).toEqual({ reason: "done" });
  await rm(join(directory, "sessions"), { recursive: true });
  expect(await agent.prompt("2")).toEqual({ reason: "done" });
  expect(await agent.prompt("3")).toEqual({ reason: "done" });
  expect(notices).toHaveLength(1);
  expect(notices[0]).toMatch(/^the conversation goes on, but it is not saved: .*was deleted/);
  expect(agent.unsaved).toHaveLength(4);
  expect(agent.transcript.messages).toHaveLength(6);
  await agent.close();
});

test("F-7, F-10: while the disk is full the chat goes on, and all of it is written when there is room again", async () => {
  const real = createSession({ directory: await folder(), cwd: "/p" });
  for (const code of ["ENOSPC", "EDQUOT", "EIO", "EMFILE"]) {
    let full = false;
    const session: Session = {
      ...real,
      append: async (event) => {
        if (full) throw Object.assign(new Error(code), { code: "session_unavailable" });
        return real.append(event);
      },
      close: async () => undefined,
    };
    const agent = createAgent({
      provider: scripted(say("one"), say("two"), say("three")),
      model: "model-a",
      session,
      unsaved: "continue",
    });
    const notices: string[] = [];
    const told: DurableEvent[] = [];
    agent.subscribe((event) => {
      if (event.type === "notice") notices.push(event.text);
      if (event.type === "user_message" || event.type === "assistant_message") told.push(event);
    });
    const before = real.events.length > 0 ? [] : await historyOf(real.path).catch(() => []);
    await agent.prompt("1");
    full = true;
    await agent.prompt("2");
    expect(agent.unsaved).toHaveLength(2);
    full = false;
    await agent.prompt("3");
    expect(agent.unsaved).toEqual([]);
    expect(notices).toHaveLength(2);
    expect(notices[1]).toBe("the conversation can be saved again, and is");
    expect((await historyOf(real.path)).slice(before.length)).toEqual(told);
  }
  await real.close();
});

test("forks: at any message, as a tree, and each goes on for itself", async () => {
  const root = await folder();
  const store = createSessionStore({ root, cwd: "/p" });
  const path = await sessionFile(store.directory, [
    user("a"),
    assistant("b", "1", "2"),
    result("1"),
    result("2"),
    assistant("c"),
  ]);
  const ids: string[] = [];
  for await (const entry of readHistory(path)) ids.push(entry.id);
  const lengths: number[] = [];
  for (const at of ids) {
    const fork = await forkSession(path, { at });
    const { messages } = transcriptOf(fork);
    expect(pairingProblems(messages)).toEqual([]);
    lengths.push(messages.length);
    await fork.append(user("another way"));
    await fork.close();
  }
  expect(lengths).toEqual([1, 4, 4, 4, 5]);
  const [first] = await store.list();
  const deeper = await forkSession(first?.path ?? "");
  await deeper.close();
  const [tree, ...others] = await store.tree();
  expect(others).toEqual([]);
  expect(tree?.session.path).toBe(path);
  expect(tree?.forks).toHaveLength(5);
  expect(tree?.forks.flatMap(({ forks }) => forks).map(({ session }) => session.path)).toEqual([deeper.path]);
  await expect(forkSession(path, { at: "nowhere" })).rejects.toMatchObject({ code: "session_not_found" });
  expect((await readdir(store.directory)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("forks: at the beginning of an id, as lists show it, when it means one message", async () => {
  const at = (id: string, text: string) => JSON.stringify({ id, at: "2026", event: user(text) });
  const path = join(await folder(), "s.jsonl");
  await writeFile(
    path,
    `${JSON.stringify({ type: "session", version: 1, id: "s", cwd: "/p", createdAt: "2026" })}\n` +
      [at("aaaa-1", "one"), at("aaaa-2", "two"), at("aaaa", "three"), at("bb", "aaaa-9")].join("\n") +
      "\n",
  );
  const said = async (prefix: string): Promise<number> => {
    const fork = await forkSession(path, { at: prefix });
    await fork.close();
    return fork.events.length;
  };
  expect([await said("aaaa-1"), await said("aaaa-2"), await said("aaaa"), await said("b")]).toEqual([
    1, 2, 3, 4,
  ]);
  await expect(said("aaa")).rejects.toMatchObject({
    code: "session_not_found",
    message: expect.stringMatching(/more than one message of .* is meant by aaa: aaaa-1, aaaa-2, aaaa$/),
  });
  for (const none of ["aaaa-9", "", "c"]) {
    await expect(said(none)).rejects.toMatchObject({ code: "session_not_found" });
  }
});

test("forks: a name means one session, the original", async () => {
  const store = createSessionStore({ root: await folder(), cwd: "/p" });
  for (const [name, event] of [
    ["mine", named("mine")],
    ["kept name", compacted("so far")],
  ] as const) {
    const path = await sessionFile(store.directory, [user("hello"), event, user("more")]);
    const fork = await forkSession(path);
    await fork.close();
    expect(transcriptOf(fork).name ?? "").toBe("");
    expect(await store.find(name)).toMatchObject({ path });
    const copy = (await store.list()).find((session) => session.path === fork.path);
    expect(copy?.name).toBeUndefined();
    expect(copy?.title).toBe("hello");
  }
});

test("lists: name, title and model come from the ends of a file; a name stays findable", async () => {
  const root = await folder();
  const store = createSessionStore({ root, cwd: "/p" });
  const session = store.create();
  await session.append(user("Please\n  mend the  roof"));
  await session.append(named("roof"));
  await session.append({ type: "model_changed", provider: "scripted", model: "model-b" });
  for (let index = 0; index < 40; index += 1) await session.append(user("x".repeat(16 * 1024)));
  await session.close();
  const [summary] = await store.list();
  expect(summary).toMatchObject({ name: "roof", title: "Please mend the roof", model: "model-b", cwd: "/p" });
  await rm(join(store.directory, "index.json"));
  expect(await store.list()).toEqual([summary]);

  await store.rename("roof", "house");
  expect((await store.find("house")).id).toBe(session.id);
  expect((await store.find(session.id.slice(0, 6))).name).toBe("house");
  await expect(store.find("roof")).rejects.toMatchObject({ code: "session_not_found" });
  await store.rename("house", "");
  expect((await store.list())[0]?.name).toBeUndefined();
});

test("F-63: a damaged or lying index is made again in silence", async () => {
  const store = createSessionStore({ root: await folder(), cwd: "/p" });
  for (const text of ["a", "b", "c"]) await sessionFile(store.directory, [user(text)]);
  const sessions = await store.list();
  expect(sessions).toHaveLength(3);
  const index = join(store.directory, "index.json");
  const good = await readFile(index, "utf8");
  for (const bad of [
    "",
    "{}",
    "[]",
    "null",
    good.slice(0, -9),
    "\0".repeat(4096),
    good.replace('"version":2', '"version":3'),
    // Well formed, and of the right files; only what it says was changed.
    good.replace('"title":"b"', '"title":"x"'),
  ]) {
    await writeFile(index, bad);
    expect(await store.list()).toEqual(sessions);
    expect(await readFile(index, "utf8")).toBe(good);
  }
  await writeFile(join(store.directory, "junk.jsonl"), "junk\n");
  const { ino } = await stat(index);
  expect(await store.list()).toEqual(sessions);
  expect((await stat(index)).ino, "junk does not make the index anew at each look").toBe(ino);
  await rm(index);
  await mkdir(index);
  expect(await store.list()).toEqual(sessions);
});

test("remove and prune: by age, number and size, never what is named or in use, and a dry run deletes nothing", async () => {
  const store = createSessionStore({ root: await folder(), cwd: "/p" });
  const paths: string[] = [];
  for (let age = 0; age < 6; age += 1) {
    const path = await sessionFile(store.directory, [
      user(`age ${age}`),
      ...(age === 5 ? [named("kept")] : []),
    ]);
    const then = new Date(Date.now() - age * 86_400_000 - 1000);
    await utimes(path, then, then);
    paths.push(path);
  }
  const pathsOf = (sessions: readonly { path: string }[]) => sessions.map(({ path }) => path);
  const day = 86_400_000;
  expect(pathsOf(await store.prune({ olderThanMs: 2 * day, dryRun: true }))).toEqual(paths.slice(2, 5));
  expect(pathsOf(await store.prune({ keep: 4, dryRun: true }))).toEqual(paths.slice(4, 5));
  const { bytes = 0 } = (await store.list())[0] ?? {};
  expect(pathsOf(await store.prune({ maxBytes: bytes * 2, dryRun: true }))).toEqual(paths.slice(2, 5));
  expect(await store.prune({})).toEqual([]);
  expect(await store.list()).toHaveLength(6);
  const inUse = await openSession(paths[3] ?? "");
  expect(pathsOf(await store.prune({ olderThanMs: 2 * day }))).toEqual([paths[2], paths[4]]);
  await expect(store.remove(inUse.id)).rejects.toMatchObject({ code: "session_locked" });
  await inUse.close();
  await store.remove(inUse.id);
  expect(new Set(pathsOf(await store.list()))).toEqual(new Set([paths[0], paths[1], paths[5]]));
});

test("F-7: what was never saved can be exported, though its session has no file", async () => {
  const directory = await folder();
  const target = join(directory, "kept");
  const missing = join(directory, "20260102-030405-aaaaaaaa.jsonl");
  await expect(exportSession(missing, target)).rejects.toMatchObject({ code: "session_not_found" });
  const exported = await exportSession(missing, target, { unsaved: [user("hello"), assistant("there")] });
  const { path } = await importSession(exported, { directory, cwd: "/p" });
  expect(await historyOf(path)).toEqual([user("hello"), assistant("there")]);
});

test("search finds what was said, also before a summary, whatever its case", async () => {
  const store = createSessionStore({ root: await folder(), cwd: "/p" });
  await sessionFile(store.directory, [
    user("The Needle is \n here"),
    compacted("nothing"),
    assistant("a needle too"),
  ]);
  await sessionFile(store.directory, [user("hay")]);
  const found = [];
  for await (const match of store.search("needle")) found.push([match.role, match.excerpt]);
  expect(found).toEqual([
    ["user", "The Needle is here"],
    ["assistant", "a needle too"],
  ]);
});

test("search: letters of any form, over line breaks, and in what tools were called with", async () => {
  const store = createSessionStore({ root: await folder(), cwd: "/p" });
  const excerpts = async (said: DurableEvent, wanted: string): Promise<string[]> => {
    const path = await sessionFile(store.directory, [said]);
    const found: string[] = [];
    for await (const { session, excerpt } of store.search(wanted)) {
      if (session.path === path) found.push(excerpt);
    }
    await rm(path);
    return found;
  };
  const long = await excerpts(user(`${"İ".repeat(200)} needle ${"z".repeat(200)}`), "NEEDLE");
  expect(long).toEqual([expect.stringMatching(/^İ{59} needle z{59}$/)]);
  expect(await excerpts(user("le cafe\u0301 noir"), "CAF\u00e9")).toEqual(["le caf\u00e9 noir"]);
  expect(await excerpts(user("ΟΔΟΣ"), "οδοσ")).toEqual(["ΟΔΟΣ"]);
  expect(await excerpts(user("two\n  words"), "two words ")).toEqual(["two words"]);
  for (const filler of ["x", "xy"]) {
    const [excerpt = ""] = await excerpts(
      user(`${"😀".repeat(99)}${filler}needle${"😀".repeat(99)}`),
      "needle",
    );
    expect(excerpt.isWellFormed()).toBe(true);
  }
  const call = assistant("I run it", "1");
  if (call.type === "assistant_message") {
    const input = { command: 'make "deploy"\n-prod', list: [{ deep: "inner" }] };
    call.message.content.push({ type: "tool_call", id: "2", name: "bash", arguments: JSON.stringify(input) });
    call.message.content.push({ type: "tool_call", id: "3", name: "bash", arguments: "no json" });
  }
  expect(await excerpts(call, 'make "deploy" -prod')).toHaveLength(1);
  expect(await excerpts(call, "inner")).toHaveLength(1);
});

test("F-63: the title of a list is the first prompt, however long that is and whatever stands before its text", async () => {
  const store = createSessionStore({ root: await folder(), cwd: "/p" });
  const title = async (...events: DurableEvent[]): Promise<string | undefined> => {
    const path = await sessionFile(store.directory, events);
    const found = (await store.list()).find((session) => session.path === path);
    await rm(path);
    return found?.title;
  };
  const prompt = (...content: (string | number)[]): DurableEvent => ({
    type: "user_message",
    message: {
      role: "user",
      content: content.map((part) =>
        typeof part === "string"
          ? { type: "text", text: part }
          : { type: "image", mimeType: "image/png", data: "A".repeat(part) },
      ),
    },
  });
  const later = [assistant("well"), user("a later prompt")];
  expect(await title(prompt("what is\nin this?", 100_000), ...later)).toBe("what is in this?");
  expect(await title(prompt(200_000, "behind it"), ...later)).toBe("behind it");
  expect(await title(prompt(200_000), ...later)).toBeUndefined();
  expect(await title(prompt(`say "${"é\\\n".repeat(50_000)}`), ...later)).toMatch(/^say "(é\\ )+é?\\?$/);
  expect(await title(prompt("😀".repeat(50_000)), ...later)).toMatch(/^(?:😀){40}$/u);
  expect(await title(prompt("short"), user("y".repeat(100_000)), ...later)).toBe("short");
});

test("export and import: one file, without the project folder, and the same conversation", async () => {
  const directory = await folder();
  const path = await sessionFile(directory, [user("a"), assistant("b")]);
  await appendFile(path, "torn");
  const exported = await exportSession(path, join(directory, "talk"), { unsaved: [user("not saved yet")] });
  expect(exported).toBe(join(directory, "talk.zotpilot"));
  expect(await readFile(exported, "utf8")).not.toContain("/project");
  expect((await stat(exported)).mode & 0o777).toBe(0o600);
  const store = createSessionStore({ root: join(directory, "root"), cwd: "/elsewhere" });
  const { path: imported, warnings } = await store.import(exported);
  expect(warnings).toEqual([]);
  const session = await openSession(imported);
  await session.close();
  expect(session.events).toEqual([user("a"), assistant("b"), user("not saved yet")]);
  expect(session.warnings).toEqual([]);
  await writeFile(join(directory, "other"), "hello\n");
  await expect(store.import(join(directory, "other"))).rejects.toMatchObject({ code: "session_corrupt" });
});
