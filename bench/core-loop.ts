// What the agent adds to a tool round trip: a prompt with many of them, beside the bare sequence of provider call and
// function call. Both in this process, with a model that answers at once.
//
//   node --conditions=@zotpilot/source bench/core-loop.ts
import { createAgent, createSession, defineTool } from "@zotpilot/core";
import type { Message, ModelEvent, Provider } from "@zotpilot/provider/model";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const ROUNDS = 400;
const REPEATS = 5;

function answerOf(round: number): ModelEvent[] {
  const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 0, reasoningTokens: 0 };
  if (round >= ROUNDS) {
    return [
      { type: "response_start" },
      { type: "text_delta", text: "done" },
      { type: "usage", usage },
      { type: "finish", reason: "end" },
    ];
  }
  return [
    { type: "response_start" },
    { type: "tool_input_start", callId: `${round}`, name: "double" },
    { type: "tool_input_delta", callId: `${round}`, json: `{"number":${round}}` },
    { type: "tool_input_end", callId: `${round}` },
    { type: "usage", usage },
    { type: "finish", reason: "tool_calls" },
  ];
}

const provider = (): Provider => ({
  id: "bench",
  listModels: async () => [],
  async *stream({ messages }) {
    yield* answerOf(messages.filter(({ role }) => role === "tool").length);
  },
});

const double = defineTool({
  name: "double",
  description: "Doubles.",
  risk: "read",
  input: z.object({ number: z.number() }),
  run: async ({ number }) => String(number * 2),
});

async function bare(): Promise<void> {
  const messages: Message[] = [{ role: "user", content: [{ type: "text", text: "go" }] }];
  const context = { cwd: "/", signal: new AbortController().signal, progress: () => undefined };
  for (;;) {
    let json = "";
    let id = "";
    for await (const event of provider().stream({ model: "m", messages: [...messages] })) {
      if (event.type === "tool_input_start") id = event.callId;
      if (event.type === "tool_input_delta") json += event.json;
    }
    if (id === "") return;
    const call = { type: "tool_call" as const, id, name: "double", arguments: json };
    messages.push({ role: "assistant", content: [call] });
    const result = await double.run(JSON.parse(json), context);
    messages.push({ role: "tool", callId: id, name: "double", ...result });
  }
}

async function ours(): Promise<void> {
  const agent = createAgent({ provider: provider(), model: "m", tools: [double] });
  let heard = 0;
  agent.subscribe(() => void (heard += 1));
  const { reason, error } = await agent.prompt("go");
  if (reason !== "done" || heard < ROUNDS)
    throw new Error(`the run ended badly: ${error?.message ?? reason}`);
}

const folder = await mkdtemp(join(tmpdir(), "zotpilot-bench-"));

async function oursOnDisk(): Promise<void> {
  const session = createSession({ directory: folder, cwd: "/" });
  const agent = createAgent({ provider: provider(), model: "m", tools: [double], session });
  await agent.prompt("go");
  await agent.close();
}

/** As many writes to a file, each durable, as a session makes. */
async function writesByHand(): Promise<void> {
  const file = await open(join(folder, `${Math.random()}`), "a");
  for (let line = 0; line < ROUNDS * 2 + 2; line += 1) {
    await file.write(`${JSON.stringify({ id: "x".repeat(36), line, text: "x".repeat(150) })}\n`);
    await file.datasync();
  }
  await file.close();
}

async function perRound(work: () => Promise<void>): Promise<number> {
  await work();
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  times.sort((left, right) => left - right);
  return ((times[Math.floor(REPEATS / 2)] ?? 0) * 1000) / ROUNDS;
}

const print = (name: string, microseconds: number, floor: number): void =>
  console.log(
    `${name.padEnd(44)} ${microseconds.toFixed(0).padStart(7)} µs   ${(microseconds / floor).toFixed(2)}x`,
  );

console.log(`A tool round trip, median of ${REPEATS} runs with ${ROUNDS} of them:\n`);
const floor = await perRound(bare);
print("provider call and function call, bare", floor, floor);
print("the agent, in memory", await perRound(ours), floor);
const floorOnDisk = floor + (await perRound(writesByHand));
print("bare, and its two durable writes by hand", floorOnDisk, floorOnDisk);
print("the agent, with a session", await perRound(oursOnDisk), floorOnDisk);
await rm(folder, { recursive: true });
