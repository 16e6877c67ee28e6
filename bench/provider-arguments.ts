// Whether reading a tool call takes time in proportion to its length: arguments of 1 MB in 20,000 pieces, beside a half and
// a quarter of that. Processor time for each piece; it must not grow.
//
//   node --conditions=@zotpilot/source bench/provider-arguments.ts [pieces] [rounds]
import { collectMessage, createCopilot } from "@zotpilot/provider";
import { asked } from "./support/chat-request.ts";
import { startChatServer } from "./support/chat-server.ts";
import { argument, measure, median } from "./support/measure.ts";

const most = argument(1, 20_000);
const rounds = argument(2, 9);
const BYTES_A_PIECE = 50;

const server = await startChatServer({ deltas: 1 });
const copilot = createCopilot({ githubToken: () => "ghu_bench", host: server.origin });
console.log(`tool arguments, medians of ${rounds} rounds, Node ${process.versions.node}`);
for (const pieces of [most / 4, most / 2, most].map(Math.ceil)) {
  const argumentsLength = pieces * BYTES_A_PIECE;
  await server.answerWith({ deltas: pieces, argumentsLength });
  const cpu: number[] = [];
  for (let round = -2; round < rounds; round += 1) {
    const { cpuMs } = await measure(async () => {
      const { message } = await collectMessage(copilot.stream(asked));
      const [call] = message.content;
      if (call?.type !== "tool_call" || call.arguments.length < argumentsLength - 20) {
        throw new Error("the arguments did not come whole");
      }
    });
    if (round >= 0) cpu.push(cpuMs);
  }
  const each = ((median(cpu) * 1000) / pieces).toFixed(2);
  console.log(`  ${String(argumentsLength).padStart(8)} bytes in ${pieces} pieces: ${each} µs CPU a piece`);
}
await copilot.close();
server.close();
