import { execFile } from "node:child_process";
import { mkdir, open, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import {
  createSessionStore,
  foldTranscript,
  forkSession,
  importSession,
  openSession,
  type DurableEvent,
} from "../src/index.ts";
import { pairingProblems } from "./support/run.ts";
import {
  assistant,
  compacted,
  folder,
  historyOf,
  result,
  sessionFile,
  user,
} from "./support/session-files.ts";

const isLong = process.env["ZOTPILOT_TEST_LONG"] !== undefined;

/** What a conversation of these events becomes when line `number` of its file is something else. */
async function withLine(
  events: readonly DurableEvent[],
  number: number,
  change: (line: string) => string | Buffer,
): Promise<{ path: string; bytes: Buffer }> {
  const path = await sessionFile(await folder(), events);
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  const parts = lines.flatMap((line, index) => [
    Buffer.from(index === number - 1 ? change(line) : line),
    Buffer.from("\n"),
  ]);
  const bytes = Buffer.concat(parts);
  await writeFile(path, bytes);
  return { path, bytes };
}

/** Opens a session, adds to it, and opens it again: what was there stays, to the byte, and what is new is read. */
async function goOn(
  path: string,
  bytes: Buffer,
): Promise<{ events: readonly DurableEvent[]; warnings: readonly string[] }> {
  const session = await openSession(path);
  expect(pairingProblems(foldTranscript(session.events).messages)).toEqual([]);
  const { events, warnings } = session;
  await session.append(user("later"));
  await session.close();
  expect((await readFile(path)).subarray(0, bytes.length).equals(bytes)).toBe(true);
  expect((await historyOf(path)).at(-1)).toEqual(user("later"));
  const again = await openSession(path);
  await again.close();
  expect(again.events.at(-1)).toEqual(user("later"));
  return { events, warnings };
}

const events = [user("one"), assistant("two"), user("three")];
const damages: [name: string, damage: (line: string) => string | Buffer][] = [
  ["a part of it", (line) => line.slice(0, -7)],
  ["zeros", (line) => Buffer.alloc(line.length)],
  ["bytes that are no UTF-8", () => Buffer.from([0xff, 0xfe, 0xc0, 0x80])],
  ["UTF-16", (line) => Buffer.from(line.replaceAll("\n", ""), "utf16le")],
  ["an array", () => "[]"],
  ["an object without anything", () => "{}"],
  ["nested ten thousand deep", () => `${"[".repeat(10_000)}${"]".repeat(10_000)}`],
  ["other types", (line) => line.replace(/"id":.*$/, '"id":7}')],
];

test("F-61, S-K2: a damaged line costs that line alone, is told with its number, and stays in the file", async () => {
  for (const [name, damage] of damages) {
    const { path, bytes } = await withLine(events, 3, damage);
    const { events: read, warnings } = await goOn(path, bytes);
    expect(read, name).toEqual([user("one"), user("three")]);
    expect(warnings, name).toEqual([`${path}: line 3 is damaged and was passed over`]);
  }
});

test("F-61, S-K2: a damaged first line costs the header alone, and the session is still found", async () => {
  for (const [name, damage] of damages) {
    const store = createSessionStore({ root: await folder(), cwd: "/project" });
    const path = await sessionFile(store.directory, events);
    const [first = "", ...rest] = (await readFile(path, "utf8")).split("\n");
    const bytes = Buffer.concat([Buffer.from(damage(first)), Buffer.from(["", ...rest].join("\n"))]);
    await writeFile(path, bytes);
    expect(await store.list(), name).toMatchObject([{ path, title: "one" }]);
    const found = await store.openLatest();
    expect(found?.events, name).toEqual(events);
    await found?.close();
    const fork = await forkSession(path);
    expect([fork.events, fork.warnings], name).toEqual([events, []]);
    await fork.close();
    const { warnings } = await goOn(path, bytes);
    expect(warnings, name).toEqual([`${path}: line 1 is damaged and was passed over`]);
  }
});

test("S-K2: a bit flipped at any place loses the record that it is in, at most", async () => {
  const all = [user("a"), assistant("b", "1"), result("1"), compacted("c"), user("d")];
  const path = await sessionFile(await folder(), all);
  const good = await readFile(path);
  const known = all.map((event) => JSON.stringify(event));
  for (let offset = 0; offset < good.length; offset += isLong ? 1 : 13) {
    const bytes = Buffer.from(good);
    bytes[offset] = (bytes[offset] ?? 0) ^ 0x04;
    await writeFile(path, bytes);
    const read = (await historyOf(path)).filter((event) => known.includes(JSON.stringify(event)));
    // A line feed that is lost glues two records together.
    const lost = good[offset] === 0x0a ? 2 : 1;
    expect(read.length, `bit at ${offset}`).toBeGreaterThanOrEqual(all.length - lost);
    const session = await openSession(path);
    expect(session.warnings.length).toBeLessThanOrEqual(3);
    expect(pairingProblems(foldTranscript(session.events).messages)).toEqual([]);
    await session.close();
  }
});

test("S-K2: what no line may be split or spoilt by: U+2028, a mark of the byte order, line ends of another system", async () => {
  const odd = [user("one\u2028two\u2029three\u0085four\r\nfive\u0000six"), assistant("\ufeffseven")];
  const path = await sessionFile(await folder(), odd);
  expect((await openSession(path)).events).toEqual(odd);
  const other = await sessionFile(await folder(), odd, (lines) => `\ufeff${lines.join("\r\n")}\r\n`);
  const session = await openSession(other);
  await session.close();
  expect([session.events, session.warnings]).toEqual([odd, []]);
});

test("F-61, S-K2: a record of a hundred megabytes is passed over, before and behind a summary", async () => {
  const size = (isLong ? 100 : 65) * 1024 * 1024;
  const path = await sessionFile(await folder(), [user("one"), compacted("so far"), user("two")]);
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  const block = Buffer.alloc(1024 * 1024, "x");
  for (const position of [2, 3]) {
    const file = await open(path, "w");
    for (const [index, line] of lines.entries()) {
      if (index === position) {
        await file.write('{"id":"x","at":"","event":{"type":"user_message","text":"');
        for (let written = 0; written < size; written += block.length) await file.write(block);
        await file.write('"}}\n');
      }
      await file.write(`${line}\n`);
    }
    await file.close();
    const session = await openSession(path);
    expect(foldTranscript(session.events).messages).toHaveLength(2);
    expect(session.warnings).toEqual(
      position === 2 ? [] : [`${path}: line 4 is damaged and was passed over`],
    );
    await session.append(user("later"));
    await session.close();
    expect((await historyOf(path)).map(({ type }) => type)).toEqual([
      "user_message",
      "compacted",
      "user_message",
      "user_message",
    ]);
  }
});

test("F-61: what is no file of a session is refused at once, in one sentence, and left as it is", async () => {
  const directory = await folder();
  const path = (name: string): string => join(directory, name);
  await mkdir(path("folder"));
  await promisify(execFile)("mkfifo", [path("pipe")]);
  await symlink(path("loop"), path("loop"));
  const texts: [name: string, bytes: string | Buffer][] = [
    ["empty", ""],
    ["object", "{}\n"],
    ["array", "[]\n[]\n"],
    ["null", "null\n"],
    ["zeros", Buffer.alloc(10_000)],
    ["words", "hello\nworld\n"],
    ["sixteen", Buffer.from('{"type":"session","version":1}\n', "utf16le")],
    ["deep", `${"[".repeat(100_000)}\n`],
  ];
  for (const [name, bytes] of texts) await writeFile(path(name), bytes);
  const before = await readdir(directory);
  for (const name of before) {
    const sentence = { message: expect.stringMatching(/^[^\n]+$/) };
    const refusal = { code: expect.stringMatching(/^session_(corrupt|unavailable)$/), ...sentence };
    await expect(openSession(path(name)), name).rejects.toMatchObject(refusal);
    await expect(importSession(path(name), { directory: path("new"), cwd: "/" }), name).rejects.toMatchObject(
      refusal,
    );
    await expect(forkSession(path(name)), name).rejects.toMatchObject(refusal);
  }
  expect(await readdir(directory)).toEqual(before);
  for (const [name, bytes] of texts) expect(await readFile(path(name))).toEqual(Buffer.from(bytes));
});

test("S-K1: what a killed program left half done is cleared away later, and nothing else is", async () => {
  const store = createSessionStore({ root: await folder(), cwd: "/project" });
  const path = await sessionFile(store.directory, [user("one")]);
  const id = "11111111-2222-3333-4444-555555555555";
  const old = ["index.json.1a2b3c4d.tmp", "20260101-000000-x.jsonl.1a2b3c4d.tmp", `x.jsonl.lock.${id}`];
  const kept = ["notes.txt", `${path.split("/").at(-1)}.torn`, "just-begun.jsonl.1a2b3c4d.tmp"];
  for (const name of [...old, ...kept]) await writeFile(join(store.directory, name), "half");
  for (const name of [...old, ...kept.slice(0, 2)]) await utimes(join(store.directory, name), 1000, 1000);
  expect(await store.list()).toHaveLength(1);
  const names = await readdir(store.directory);
  for (const name of old) expect(names).not.toContain(name);
  for (const name of kept) expect(names).toContain(name);
});

test("S-K6: a conversation in which everything is called __proto__, constructor or toString is one like any other", async () => {
  for (const name of ["__proto__", "constructor", "toString"]) {
    const store = createSessionStore({ root: await folder(), cwd: name });
    const odd: DurableEvent[] = [
      { type: "model_changed", provider: name, model: name },
      user(name),
      assistant(name, name),
      result(name),
      { type: "session_named", name },
    ];
    const path = await sessionFile(store.directory, odd);
    const session = await openSession(path);
    await session.close();
    expect([session.events, session.warnings]).toEqual([odd, []]);
    expect(await store.list()).toMatchObject([{ name, title: name, model: name }]);
    expect(await store.find(name)).toMatchObject({ path });
    expect(Object.keys(Object.prototype)).toEqual([]);
  }
});
