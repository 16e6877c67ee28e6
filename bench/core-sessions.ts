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

const middle = (numbers: number[]): number =>
  numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0;

/**
 * Does the same work by hand and with sessions, in turns, and prints the medians. The ratio is the median of those of
 * each round, with the least and the greatest: what else the machine does meanwhile meets both.
 */
async function compare(
  rounds: number,
  byHand: [name: string, work: () => Promise<unknown>],
  ...ours: [name: string, work: () => Promise<unknown>][]
): Promise<void> {
  const works = [byHand, ...ours];
  const times = works.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    const order = works.map((_, index) => index);
    for (const index of round % 2 === 0 ? order : order.toReversed()) {
      const start = performance.now();
      await works[index]?.[1]();
      // The first round warms up.
      if (round >= 0) times[index]?.push(performance.now() - start);
    }
  }
  for (const [index, [name]] of works.entries()) {
    const own = times[index] ?? [];
    const ratios = own.map((time, round) => time / (times[0]?.[round] ?? time));
    const [least, greatest] = [Math.min(...ratios), Math.max(...ratios)].map((each) => each.toFixed(2));
    const ratio = index === 0 ? "" : `   ${middle(ratios).toFixed(2)}x (${least} to ${greatest})`;
    console.log(`${name.padEnd(58)} ${middle(own).toFixed(1).padStart(9)} ms${ratio}`);
  }
}

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
    const byHand = async (): Promise<number> => {
      let text = "";
      for await (const chunk of createReadStream(path, { start, encoding: "utf8" })) text += chunk as string;
      const lines = text.split("\n").slice(1, -1);
      return lines.map((each) => JSON.parse(each) as unknown).length;
    };
    const name = `${megabytes} MB, ${withSummary ? "summarised 1 MB before its end" : "never summarised"}`;
    await compare(
      withSummary ? 15 : 3,
      [`by hand: ${name}`, byHand],
      [`openSession: ${name}`, async () => (await openSession(path)).close()],
    );
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
    const index = join(store.directory, "index.json");
    await store.list();
    await compare(
      9,
      [
        `by hand: ${count}`,
        async () => {
          const names = await readdir(store.directory);
          return Promise.all(names.map((name) => stat(join(store.directory, name))));
        },
      ],
      [`list: ${count}`, () => store.list()],
      [`openLatest of ${count}`, async () => (await store.openLatest())?.close()],
      [
        `list: ${count}, no index yet`,
        async () => {
          await rm(index, { force: true });
          return store.list();
        },
      ],
    );
    if ((await readFile(index)).length === 0) throw new Error("there is no index");
  }
}

/** A batch of the one, then a batch of the other: a disk that others use is slow for both. */
async function appending(): Promise<void> {
  console.log("\nDurable appends, a hundred in turn (floor: write and fdatasync of the same lines)\n");
  const event = user("x".repeat(200));
  const text = line(event);
  const batch = 100;
  for (const count of [1_000, 10_000]) {
    const file = await open(join(root, `by-hand-${count}`), "a");
    const session = createSession({ directory: join(root, "appends"), cwd: "/p" });
    const works = [
      async () => {
        await file.write(text);
        await file.datasync();
      },
      () => session.append(event),
    ];
    const times = works.map((): number[] => []);
    const processor = works.map(() => 0);
    for (let index = 0; index <= count / batch; index += 1) {
      for (const [which, work] of works.entries()) {
        const before = process.cpuUsage();
        const start = performance.now();
        for (let each = 0; each < batch; each += 1) await work();
        const time = performance.now() - start;
        const { user: program, system } = process.cpuUsage(before);
        // The first batch makes the file.
        if (index === 0) continue;
        times[which]?.push(time / batch);
        processor[which] = (processor[which] ?? 0) + (program + system) / count;
      }
    }
    await file.close();
    await session.close();
    const ratios = (times[1] ?? []).map((time, index) => time / (times[0]?.[index] ?? time));
    for (const [which, name] of [`by hand: ${count}`, `append: ${count}`].entries()) {
      const sorted = (times[which] ?? []).toSorted((left, right) => left - right);
      const [quick = 0, usual = 0, slow = 0] = [0.1, 0.5, 0.9].map(
        (part) => sorted[Math.floor(sorted.length * part)],
      );
      const ratio = which === 0 ? "" : `   ${middle(ratios).toFixed(2)}x`;
      const each = [quick, usual, slow].map((ms) => ms.toFixed(3)).join(" / ");
      console.log(
        `${name.padEnd(20)} each ${each} ms (a tenth, half, nine tenths)   processor ${(processor[which] ?? 0).toFixed(0)} µs${ratio}`,
      );
    }
  }
}

await opening();
await listing();
await appending();
await rm(root, { recursive: true });
