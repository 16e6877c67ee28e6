// What the transport adds to a request when a token is at hand: time to the first byte of a small answer, beside a bare
// undici request with the same headers, one after the other in turn.
//
//   node --conditions=@zotpilot/source bench/provider-latency.ts [rounds]
import { createCopilot } from "@zotpilot/provider";
import { Agent } from "undici";
import { asked, bareRequest, identity } from "./support/chat-request.ts";
import { startChatServer } from "./support/chat-server.ts";
import { argument, median } from "./support/measure.ts";

const rounds = argument(1, 2000);

const server = await startChatServer({ deltas: 3 });
const agent = new Agent();
const copilot = createCopilot({ githubToken: () => "ghu_bench", host: server.origin });

async function toFirst(events: () => Promise<AsyncIterable<unknown>>, isFirst: (event: unknown) => boolean) {
  const start = performance.now();
  let took = Number.NaN;
  for await (const event of await events()) {
    if (Number.isNaN(took) && isFirst(event)) took = performance.now() - start;
  }
  return took;
}

const bare = () =>
  toFirst(
    async () => (await bareRequest(server.origin, agent, identity)).body,
    () => true,
  );
/** Through the dispatcher alone: signing, headers, retries and timeouts, and no decoding. */
const transport = () =>
  toFirst(
    async () => (await bareRequest("https://copilot.invalid", copilot.dispatcher)).body,
    () => true,
  );
const whole = () =>
  toFirst(
    async () => copilot.stream(asked),
    (event) => (event as { type: string }).type === "text_delta",
  );

const ways = [
  { name: "bare undici", work: bare, took: [] as number[] },
  { name: "copilot.dispatcher", work: transport, took: [] as number[] },
  { name: "createCopilot().stream()", work: whole, took: [] as number[] },
];
for (let round = -200; round < rounds; round += 1) {
  for (const { work, took } of ways) {
    const milliseconds = await work();
    if (round >= 0) took.push(milliseconds);
  }
}
const least = median(ways[0]?.took ?? []);
console.log(`time to the first byte, token at hand, medians of ${rounds}, Node ${process.versions.node}`);
for (const { name, took } of ways) {
  const [middle, added] = [median(took), median(took) - least];
  const percent = ((added / least) * 100).toFixed(0);
  console.log(
    `  ${name.padEnd(26)} ${middle.toFixed(3)} ms, ${(added * 1000).toFixed(0)} µs more (${percent} %)`,
  );
}
await agent.close();
await copilot.close();
server.close();
