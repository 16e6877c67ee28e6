// Sessions beside the same work by hand: opening a large one to go on, listing many, and durable appends.
//
//   node --conditions=@zotpilot/source bench/core-sessions.ts
import { createSession, createSessionStore, openSession, type DurableEvent } from "@zotpilot/core";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MB = 1024 * 1024;
const root = await mkdtemp(join(tmpdir(), "zotpilot-bench-"));

const user = (text: string): DurableEvent => ({
  type: "user_message",
  message: { role: "user", content: [{ type: "text", text }] },
});
const assistant = (text: string): DurableEvent => ({
  type: "assistant_message",
  message: { role: "assistant", content: [{ type: "text", text }] },
  usage: { inputTokens: 10, outputTokens: 5, cachedInputTokens: 0, reasoningTokens: 0 },
  stopReason: "end",
});
const summary: DurableEvent = {
  type: "compacted",
  messages: [{ role: "user", content: [{ type: "text", text: "so far" }] }],
  files: [],
  usage: null,
  spent: {
    usage: { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0 },
    unmeasured: 0,
  },
  contextTokens: 10,
};

const line = (event: DurableEvent): string =>
  `${JSON.stringify({ id: crypto.randomUUID(), at: new Date().toISOString(), event })}\n`;
const header = (id: string): string =>
  `${JSON.stringify({ type: "session", version: 1, id, cwd: "/p", createdAt: new Date().toISOString() })}\n`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  await work();
  const times: number[] = [];
  for (let repeat = 0; repeat < 3; repeat += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.toSorted((left, right) => left - right)[1] ?? 0;
}

const print = (name: string, ms: number, floor?: number): void =>
  console.log(
    `${name.padEnd(58)} ${ms.toFixed(1).padStart(9)} ms${floor === undefined ? "" : `   ${(ms / floor).toFixed(2)}x`}`,
  );

/** A session file of so many bytes; with a summary 1 MB before its end, or without one. */
async function largeSession(bytes: number, withSummary: boolean): Promise<string> {
  const path = join(root, `${bytes}-${withSummary}.jsonl`);
  const file = await open(path, "w");
  await file.write(header("large"));
  let written = 0;
  let summarised = !withSummary;
  for (let index = 0; written < bytes; index += 1) {
    if (!summarised && written > bytes - MB) {
      await file.write(line(summary));
      summarised = true;
    }
    const text = line(index % 2 === 0 ? user("x".repeat(2_000)) : assistant("y".repeat(6_000)));
    await file.write(text);
    written += text.length;
  }
  await file.close();
  return path;
}

async function opening(): Promise<void> {
  console.log(
    "\nOpening a session to go on with it (floor: reading the file, or its last MB, and JSON.parse of the lines)\n",
  );
  for (const [megabytes, withSummary] of [
    [10, true],
    [100, true],
    [10, false],
    [100, false],
  ] as const) {
    const path = await largeSession(megabytes * MB, withSummary);
    const { size } = await stat(path);
    const start = withSummary ? size - MB : 0;
    const floor = await timed(async () => {
      let text = "";
      for await (const chunk of createReadStream(path, { start, encoding: "utf8" })) text += chunk as string;
      const lines = text.split("\n").slice(1, -1);
      return lines.map((each) => JSON.parse(each) as unknown).length;
    });
    const name = `${megabytes} MB, ${withSummary ? "summarised 1 MB before its end" : "never summarised"}`;
    print(`by hand: ${name}`, floor);
    print(`openSession: ${name}`, await timed(async () => (await openSession(path)).close()), floor);
    await rm(path);
  }
}

async function listing(): Promise<void> {
  console.log("\nListing sessions (floor: readdir and stat of each file)\n");
  for (const count of [1_000, 10_000]) {
    const store = createSessionStore({ root: join(root, `${count}`), cwd: "/p" });
    await mkdir(store.directory, { recursive: true });
    for (let index = 0; index < count; index += 1) {
      const text = header(`${index}`) + line(user(`prompt ${index}`)) + line(assistant("y".repeat(2_000)));
      await writeFile(join(store.directory, `20260101-000000-${index}.jsonl`), text);
    }
    const floor = await timed(async () => {
      const names = await readdir(store.directory);
      return Promise.all(names.map((name) => stat(join(store.directory, name))));
    });
    print(`by hand: ${count}`, floor);
    const index = join(store.directory, "index.json");
    const withoutIndex = await timed(async () => {
      await rm(index, { force: true });
      return store.list();
    });
    print(`list: ${count}, no index yet`, withoutIndex, floor);
    print(`list: ${count}`, await timed(() => store.list()), floor);
    const latest = await timed(async () => (await store.openLatest())?.close());
    print(`openLatest of ${count}`, latest, floor);
    if ((await readFile(index)).length === 0) throw new Error("there is no index");
  }
}

async function appending(): Promise<void> {
  console.log("\nDurable appends (floor: write and fdatasync of the same lines)\n");
  for (const count of [1_000, 10_000]) {
    const event = user("x".repeat(200));
    const text = line(event);
    const floor = await timed(async () => {
      const file = await open(join(root, `by-hand-${Math.random()}`), "a");
      for (let index = 0; index < count; index += 1) {
        await file.write(text);
        await file.datasync();
      }
      await file.close();
    });
    print(`by hand: ${count}`, floor);
    const ours = await timed(async () => {
      const session = createSession({ directory: join(root, "appends"), cwd: "/p" });
      for (let index = 0; index < count; index += 1) await session.append(event);
      await session.close();
    });
    print(`append: ${count}`, ours, floor);
  }
}

await opening();
await listing();
await appending();
await rm(root, { recursive: true });
