// Memory of a conversation of 12,000 messages, summarised as it grows, beside bare node and node with the same modules
// loaded. Each in a process of its own, measured after a collection of garbage.
//
//   node --conditions=@zotpilot/source bench/core-memory.ts
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MESSAGES = 12_000;

async function converse(resume: boolean): Promise<void> {
  const { createAgent, createSession, openSession } = await import("@zotpilot/core");
  const folder = await mkdtemp(join(tmpdir(), "zotpilot-bench-"));
  let answers = 0;
  const make = (session: ReturnType<typeof createSession>) =>
    createAgent({
      provider: {
        id: "bench",
        listModels: async () => [],
        async *stream({ messages, maxOutputTokens }) {
          yield { type: "response_start" };
          yield {
            type: "text_delta",
            text: maxOutputTokens ? "so far" : `${(answers += 1)} ${"y".repeat(2_000)}`,
          };
          const inputTokens = messages.length * 400;
          const usage = { inputTokens, outputTokens: 500, cachedInputTokens: 0, reasoningTokens: 0 };
          yield { type: "usage", usage };
          yield { type: "finish", reason: "end" };
        },
      },
      model: "m",
      session,
      modelInfo: async () => ({
        id: "m",
        name: "m",
        vendor: "",
        contextWindow: 128_000,
        maxPromptTokens: 120_000,
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
  for (let prompt = 0; prompt < MESSAGES / 2; prompt += 1) await agent.prompt(`${prompt} ${"x".repeat(500)}`);
  if (resume) {
    await agent.close();
    agent = make(await openSession(session.path));
  }
  if (answers < MESSAGES / 2) throw new Error("not everything was answered");
  globalThis.gc?.();
  report();
  await agent.close();
  await rm(folder, { recursive: true });
}

function report(): void {
  const { rss, heapUsed } = process.memoryUsage();
  console.log(JSON.stringify({ rss, heapUsed }));
}

const part = process.argv[2];
if (part === "bare") {
  globalThis.gc?.();
  report();
} else if (part === "loaded") {
  await import("@zotpilot/core");
  globalThis.gc?.();
  report();
} else if (part === "conversation" || part === "resumed") await converse(part === "resumed");
else {
  console.log(`Memory, MB (${MESSAGES} messages, about 15 MB of text)\n`);
  let floor = 0;
  for (const name of ["bare", "loaded", "conversation", "resumed"]) {
    const flags = ["--expose-gc", "--conditions=@zotpilot/source", fileURLToPath(import.meta.url), name];
    const { stdout } = spawnSync(process.execPath, flags, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    const { rss, heapUsed } = JSON.parse(stdout) as { rss: number; heapUsed: number };
    floor ||= rss;
    const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1).padStart(7);
    console.log(
      `${name.padEnd(14)} resident ${megabytes(rss)}   heap ${megabytes(heapUsed)}   ${(rss / floor).toFixed(2)}x of bare node`,
    );
  }
}
