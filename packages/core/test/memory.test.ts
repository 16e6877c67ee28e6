import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import {
  createAgent,
  createSession,
  openSession,
  readHistory,
  type AgentEvent,
  type AgentOptions,
} from "../src/index.ts";
import { answerEvents, model } from "./support/scripted.ts";
import { assistant, folder, sessionFile, user } from "./support/session-files.ts";

// What nobody goes on from is in the file and not in memory. Counted by weak references, not by sizes.

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function alive(references: Iterable<WeakRef<object>>): Promise<number> {
  // Weak references hold until the job that made or read them is over.
  for (let round = 0; round < 3; round += 1) {
    await sleep(1);
    collect();
  }
  return [...references].filter((reference) => reference.deref() !== undefined).length;
}

/** Answers each prompt with its number, and summaries briefly. The limit is reached after some forty messages. */
const options: AgentOptions = {
  provider: {
    id: "scripted",
    listModels: async () => [],
    async *stream({ messages, maxOutputTokens }) {
      const text = maxOutputTokens === undefined ? `answer ${"y".repeat(400)}` : "so far";
      for (const event of answerEvents(text)) {
        yield event.type === "usage"
          ? { ...event, usage: { ...event.usage, inputTokens: messages.length * 200 } }
          : event;
      }
    },
  },
  model: "model-a",
  modelInfo: async () => ({ ...model("model-a"), contextWindow: 11_000, maxPromptTokens: 10_000 }),
};

test("a conversation that is summarised holds its window in memory, however long it grows; the file has all", async () => {
  const session = createSession({ directory: await folder(), cwd: "/project" });
  const agent = createAgent({ ...options, session });
  const told: WeakRef<object>[] = [];
  let summaries = 0;
  agent.subscribe((event: AgentEvent) => {
    if (event.type === "user_message" || event.type === "assistant_message")
      told.push(new WeakRef(event.message));
    if (event.type === "compacted") summaries += 1;
  });
  const held: number[] = [];
  for (const prompts of [100, 100, 200]) {
    for (let prompt = 0; prompt < prompts; prompt += 1) await agent.prompt(`prompt ${prompt}`);
    held.push(await alive(told));
    expect(held.at(-1)).toBeLessThanOrEqual(agent.transcript.messages.length + 2);
  }
  expect(summaries).toBeGreaterThan(5);
  expect(Math.max(...held)).toBeLessThan(80);
  await agent.close();
  let kept = 0;
  for await (const { event } of readHistory(session.path)) if ("message" in event) kept += 1;
  expect(kept).toBe(800);
});

test("what a resumed conversation was opened with is let go when a summary replaces it", async () => {
  for (const replace of ["compact", "clear"] as const) {
    const events = Array.from({ length: 100 }, (_, index) =>
      index % 2 === 0 ? user(`prompt ${index}`) : assistant(`answer ${index} ${"z".repeat(400)}`),
    );
    const session = await openSession(await sessionFile(await folder(), events));
    const agent = createAgent({ ...options, session });
    const opened = session.events.map((event) => new WeakRef(event));
    expect(await alive(opened)).toBe(100);
    await agent[replace]();
    expect(session.events).toEqual([]);
    expect(await alive(opened)).toBe(0);
    const window = agent.transcript.messages.length;
    await agent.close();
    const again = await openSession(session.path);
    expect(createAgent({ ...options, session: again }).transcript.messages).toHaveLength(window);
    await again.close();
  }
});
