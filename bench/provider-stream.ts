// What reading an answer costs: processor time a delta through createCopilot().stream(), beside a bare undici request of the
// same bytes and beside two SDKs, all in one run, against a service in another process.
//
//   node --conditions=@zotpilot/source bench/provider-stream.ts [deltas] [rounds]
//
// The service writes as fast as it can. A real model's deltas come one by one, which costs all of these alike.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createCopilot } from "@zotpilot/provider";
import OpenAI from "openai";
import { Agent } from "undici";
import { asked, bareRequest } from "./support/chat-request.ts";
import { startChatServer } from "./support/chat-server.ts";
import { argument, measure, median } from "./support/measure.ts";

const deltas = argument(1, 20_000);
const rounds = argument(2, 15);
/** How often an answer is read in one measurement: processor time is counted in steps of milliseconds. */
const ANSWERS = 10;

const server = await startChatServer({ deltas });
const { origin } = server;
const agent = new Agent();
const copilot = createCopilot({ githubToken: () => "ghu_bench", host: origin });
const openai = new OpenAI({ baseURL: origin, apiKey: "bench" });
const compatible = createOpenAICompatible({ name: "bench", baseURL: origin, apiKey: "bench" })("gpt-4.1");

/** undici alone: the bytes are taken from the socket, and nothing is done with them. */
async function bytes(): Promise<number> {
  const { body } = await bareRequest(origin, agent);
  let read = 0;
  for await (const piece of body) read += (piece as Uint8Array).length;
  return read > 0 ? deltas : 0;
}

/** undici, with the text split into lines and, when asked for, each line read by JSON.parse. */
async function lines(parse: boolean): Promise<number> {
  const { body } = await bareRequest(origin, agent);
  const decoder = new TextDecoder();
  let rest = "";
  let count = -2;
  for await (const piece of body) {
    const parts = (rest + decoder.decode(piece as Uint8Array, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      if (!line.startsWith("data: ")) continue;
      count += 1;
      if (parse && line !== "data: [DONE]") JSON.parse(line.slice(6));
    }
  }
  return count;
}

/** Deltas that arrived together are one event, so those of the wire are counted by their text. */
async function provider(): Promise<number> {
  let text = "";
  for await (const event of copilot.stream(asked)) if (event.type === "text_delta") text += event.text;
  return text.split("word").length - 1;
}

async function openaiSdk(): Promise<number> {
  const messages = [{ role: "user" as const, content: "hello" }];
  let count = 0;
  for await (const part of await openai.chat.completions.create({
    model: "gpt-4.1",
    messages,
    stream: true,
  })) {
    if (part.choices[0]?.delta.content) count += 1;
  }
  return count;
}

async function aiSdk(): Promise<number> {
  const prompt = [{ role: "user" as const, content: [{ type: "text" as const, text: "hello" }] }];
  const { stream } = await compatible.doStream({ prompt });
  let count = 0;
  for await (const part of stream) if (part.type === "text-delta") count += 1;
  return count;
}

const ways = [
  { name: "undici, nothing parsed", work: bytes },
  { name: "undici, split into lines", work: () => lines(false) },
  { name: "undici, lines and JSON.parse", work: () => lines(true) },
  { name: "createCopilot().stream()", work: provider },
  { name: "openai", work: openaiSdk },
  { name: "@ai-sdk/openai-compatible", work: aiSdk },
].map((way) => ({ ...way, cpu: [] as number[], wall: [] as number[] }));

for (let round = -2; round < rounds; round += 1) {
  for (const { name, work, cpu, wall } of ways) {
    const { cpuMs, wallMs } = await measure(async () => {
      for (let answer = 0; answer < ANSWERS; answer += 1) {
        const count = await work();
        if (count !== deltas) throw new Error(`${name} read ${count} deltas of ${deltas}`);
      }
    });
    if (round < 0) continue;
    cpu.push(cpuMs / ANSWERS);
    wall.push(wallMs / ANSWERS);
  }
}

const ours = median(ways.find(({ work }) => work === provider)?.cpu ?? []);
const least = median(ways[0]?.cpu ?? []);
console.log(`${deltas} deltas, medians of ${rounds} rounds, Node ${process.versions.node}`);
for (const { name, cpu, wall } of ways) {
  const [cpuMs, wallMs] = [median(cpu), median(wall)];
  const each = ((cpuMs * 1000) / deltas).toFixed(2);
  const ratios = `${(cpuMs / least).toFixed(2)}x of the first, ${(cpuMs / ours).toFixed(2)}x of ours`;
  console.log(
    `  ${name.padEnd(28)} ${each.padStart(6)} µs CPU a delta, ${ratios}; ${wallMs.toFixed(0)} ms an answer`,
  );
}
await agent.close();
await copilot.close();
server.close();
process.exitCode = 0;
