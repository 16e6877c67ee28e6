// Whether anything is left behind: heap, connections, handles and warnings about listeners over many streams one after
// the other, and over many that are aborted in the middle, all with one signal that lives as long as the program.
//
//   node --expose-gc --conditions=@zotpilot/source bench/provider-memory.ts [streams] [aborted]
import { setTimeout as sleep } from "node:timers/promises";
import { createCopilot } from "@zotpilot/provider";
import { asked } from "./support/chat-request.ts";
import { startChatServer } from "./support/chat-server.ts";
import { argument } from "./support/measure.ts";

const streams = argument(1, 10_000);
const aborted = argument(2, 1000);
const PARTS = 5;

const warnings: string[] = [];
process.on("warning", ({ name, message }) => warnings.push(`${name}: ${message}`));
const server = await startChatServer({ deltas: 20 });
const copilot = createCopilot({ githubToken: () => "ghu_bench", host: server.origin });
const program = new AbortController();

async function show(what: string): Promise<void> {
  await sleep(50);
  globalThis.gc?.();
  await sleep(50);
  globalThis.gc?.();
  const megabytes = (process.memoryUsage().heapUsed / 1e6).toFixed(2);
  const sockets = process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP")).length;
  const atServer = await server.connections();
  console.log(
    `  ${what.padEnd(26)} heap ${megabytes} MB, ${sockets} holding this process, ${atServer} at the service`,
  );
}

async function read(): Promise<void> {
  // Deltas that arrived together are one event, so they are counted by their text.
  let text = "";
  for await (const event of copilot.stream(asked, { signal: program.signal })) {
    if (event.type === "text_delta") text += event.text;
  }
  const count = text.split("word").length - 1;
  if (count !== 20) throw new Error(`read ${count} deltas of 20`);
}

async function abort(): Promise<void> {
  const one = new AbortController();
  const signal = AbortSignal.any([program.signal, one.signal]);
  const reason = new Error("enough");
  try {
    for await (const event of copilot.stream(asked, { signal })) {
      if (event.type === "text_delta") one.abort(reason);
    }
  } catch (error) {
    if (error === reason) return;
    throw error;
  }
  throw new Error("the abort was not noticed");
}

if (!globalThis.gc) console.log("without --expose-gc the heap holds what is not yet collected");
console.log(`${streams} streams, then ${aborted} aborted ones, Node ${process.versions.node}`);
for (let index = 0; index < Math.min(100, streams); index += 1) await read();
await show("after warming up");
for (let part = 1; part <= PARTS; part += 1) {
  for (let index = 0; index < streams / PARTS; index += 1) await read();
  await show(`after ${Math.round((streams / PARTS) * part)} streams`);
}
await server.answerWith({ deltas: 20, isEndless: true });
for (let part = 1; part <= PARTS; part += 1) {
  for (let index = 0; index < aborted / PARTS; index += 1) await abort();
  await show(`after ${Math.round((aborted / PARTS) * part)} aborted`);
}
console.log(`  warnings: ${warnings.length === 0 ? "none" : warnings.join("; ")}`);
await copilot.close();
server.close();
