// Memory of long conversations that are summarised as they grow, of the built package: what they hold, and what the
// process has. Beside bare node, node with the same modules, and the same window and file kept by hand. Each part is a
// process of its own that runs plain JavaScript, because Node's reading of types alone takes 17 MB.
//
//   node bench/core-memory.ts            needs a build; a minute
//   node bench/core-memory.ts paced      a prompt each 150 ms, faster than any model; ten minutes
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What one process says about itself. */
interface Reading {
  /** Resident bytes at the end, as V8 has left them. */
  busy: number;
  /** Resident bytes once V8 has given back what it does not need. */
  kept: number;
  /** Bytes of the heap that are reachable. */
  heap: number;
  /** Bytes of the messages that the conversation goes on from, as JSON. */
  window: number;
  /** Bytes of the session file. */
  file: number;
}

const folder = await mkdtemp(join(tmpdir(), "zotpilot-bench-"));

/** A conversation of so many messages; with `limit` 0 it is never summarised. */
async function converse(
  count: number,
  limit: number,
  pauseMs = 0,
): Promise<{ window: number; path: string }> {
  const { createAgent, createSession, openSession } = await import("@zotpilot/core");
  let answers = 0;
  const make = (session: ReturnType<typeof createSession>) =>
    createAgent({
      provider: {
        id: "bench",
        listModels: async () => [],
        async *stream({ messages, maxOutputTokens }) {
          yield { type: "response_start" };
          const text = maxOutputTokens ? "so far" : `${(answers += 1)} ${"y".repeat(2_000)}`;
          yield { type: "text_delta", text };
          const inputTokens = messages.length * 400;
          const usage = { inputTokens, outputTokens: 500, cachedInputTokens: 0, reasoningTokens: 0 };
          yield { type: "usage", usage };
          yield { type: "finish", reason: "end" };
        },
      },
      model: "m",
      session,
      compactAt: limit === 0 ? 0 : 0.85,
      modelInfo: async () => ({
        id: "m",
        name: "m",
        vendor: "",
        contextWindow: limit,
        maxPromptTokens: limit,
        maxOutputTokens: 8_000,
        supports: { tools: true, images: false, streaming: true, reasoningEfforts: [] },
        endpoints: [],
        policy: "enabled",
        listed: true,
        isDefault: true,
        preview: false,
      }),
    });
  const session = createSession({ directory: folder, cwd: "/" });
  let agent = make(session);
  for (let prompt = 0; prompt < count / 2; prompt += 1) {
    await agent.prompt(`${prompt} ${"x".repeat(500)}`);
    if (pauseMs > 0) await sleep(pauseMs);
  }
  if (answers < count / 2) throw new Error("not everything was answered");
  if (part === "resumed") {
    await agent.close();
    agent = make(await openSession(session.path));
  }
  keep.push(agent);
  return { window: JSON.stringify(agent.transcript.messages).length, path: session.path };
}

/** The same without us: as many messages at hand as a conversation has between summaries, the same lines written. */
async function byHand(count: number): Promise<{ window: number; path: string }> {
  const path = join(folder, "by-hand.jsonl");
  const file = await open(path, "a");
  let window: object[] = [];
  for (let index = 0; index < count; index += 1) {
    const text = `${index} ${index % 2 === 0 ? "x".repeat(500) : "y".repeat(2_000)}`;
    const message = { role: index % 2 === 0 ? "user" : "assistant", content: [{ type: "text", text }] };
    window = [...(window.length > 250 ? window.slice(-30) : window), message];
    await file.write(
      `${JSON.stringify({ id: crypto.randomUUID(), at: new Date().toISOString(), message })}\n`,
    );
    await file.datasync();
  }
  await file.close();
  keep.push(window);
  return { window: JSON.stringify(window).length, path };
}

/** What a part must not lose before it is measured. */
const keep: unknown[] = [];
const [part = "", count = ""] = (process.env["BENCH_PART"] ?? "").split(" ");
const parts: Record<string, () => Promise<{ window: number; path: string } | void>> = {
  loaded: async () => void keep.push(await import("@zotpilot/core")),
  "by-hand": () => byHand(Number(count)),
  conversation: () => converse(Number(count), 120_000),
  resumed: () => converse(Number(count), 120_000),
  unsummarised: () => converse(Number(count), 0),
  paced: () => converse(Number(count), 120_000, 150),
};

async function measure(run: () => Promise<{ window: number; path: string } | void>): Promise<Reading> {
  const made = await run();
  const busy = process.memoryUsage().rss;
  const file = made ? (await stat(made.path)).size : 0;
  // The collection that V8 does when memory is short: it returns pages, where others keep them for later.
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
    await sleep(100);
  }
  const { rss: kept, heapUsed: heap } = process.memoryUsage();
  return { busy, kept, heap, window: made?.window ?? 0, file };
}

/** The same measurement in a process that has loaded nothing. */
const bare = `
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc({ type: "major", execution: "sync", flavor: "last-resort" });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { rss, heapUsed } = process.memoryUsage();
  console.log(JSON.stringify({ busy: rss, kept: rss, heap: heapUsed, window: 0, file: 0 }));
`;

function readingOf(name: string): Reading {
  const { stdout } = spawnSync(process.execPath, ["--expose-gc", "--input-type=module"], {
    input: name === "bare" ? bare : stripTypeScriptTypes(readFileSync(import.meta.filename, "utf8")),
    cwd: import.meta.dirname,
    env: { ...process.env, BENCH_PART: name },
    encoding: "utf8",
    stdio: ["pipe", "pipe", "inherit"],
  });
  return JSON.parse(stdout) as Reading;
}

const run = parts[part];
if (run) {
  console.log(JSON.stringify(await measure(run)));
  // The agent's session is open; its folder goes with it.
  await rm(folder, { recursive: true });
} else {
  const names =
    process.argv[2] === "paced"
      ? ["bare", "loaded", "paced 2000", "paced 6000"]
      : ["bare", "loaded", "by-hand 12000", "by-hand 24000"].concat(
          [3_000, 6_000, 12_000, 24_000].map((size) => `conversation ${size}`),
          ["resumed 12000", "unsummarised 3000", "unsummarised 12000"],
        );
  const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1).padStart(7);
  console.log("MB                      heap  window    file    kept    of bare    of loaded    busy\n");
  const seen: Reading[] = [];
  for (const name of names) {
    const reading = readingOf(name);
    seen.push(reading);
    const times = (floor = reading) => `${(reading.kept / floor.kept).toFixed(2)}x`.padStart(9);
    const { heap, window, file, kept, busy } = reading;
    console.log(
      `${name.padEnd(21)}${[heap, window, file, kept].map(megabytes).join(" ")} ${times(seen[0])} ${times(seen[1]).padStart(12)} ${megabytes(busy)}`,
    );
  }
  await rm(folder, { recursive: true });
}
