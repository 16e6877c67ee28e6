// What @zotpilot/provider costs on top of undici, measured in one run against a server in another process.
//
//   node --conditions=@zotpilot/source bench/provider-stream.ts [deltas] [rounds]
//
// 1. Streaming: a chat answer of many deltas through createCopilot().stream(), beside a bare undici request whose body is
//    decoded and split into lines and nothing else, and the same with JSON.parse on every line, below which no client can
//    go. CPU time of this process and time by the clock, medians. The server writes as fast as it can: a real model's
//    deltas come one by one, which costs all three alike.
// 2. First byte: the time from the call to the first byte of a small answer, token at hand, beside the same undici request.
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const DELTAS = Number(process.argv[2] ?? 10_000);
const ROUNDS = Number(process.argv[3] ?? 15);
const FIRST_BYTE_ROUNDS = 400;

interface Undici {
  Agent: new () => { close(): Promise<void> };
  request(
    url: string,
    options: object,
  ): Promise<{ body: AsyncIterable<Uint8Array> & { dump(): Promise<void> } }>;
}

function chatStream(deltas: number): string {
  const chunk = (delta: object, finish: string | null, usage: object | null = null) => {
    const choice = { index: 0, delta, finish_reason: finish, logprobs: null };
    const body = {
      choices: [choice],
      created: 1_790_000_000,
      id: "chatcmpl-BENCH",
      model: "gpt-4.1-2025-04-14",
      object: "chat.completion.chunk",
      system_fingerprint: "fp_bench",
      usage,
    };
    return `data: ${JSON.stringify(body)}\n\n`;
  };
  const words = Array.from({ length: deltas }, (_, index) => chunk({ content: ` word${index}` }, null));
  return `${words.join("")}${chunk({ content: null }, "stop")}data: [DONE]\n\n`;
}

/** The service, in a process of its own so that its work does not count. */
function serve(): void {
  const bodies = { "/long/chat/completions": chatStream(DELTAS), "/short/chat/completions": chatStream(3) };
  let kind: keyof typeof bodies = "/long/chat/completions";
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      if (request.url === "/copilot_internal/v2/token") {
        response.end(JSON.stringify({ token: "tid=bench;exp=4102444800:mac", refresh_in: 1500 }));
      } else if (request.url?.startsWith("/kind/") === true) {
        kind = request.url === "/kind/short" ? "/short/chat/completions" : "/long/chat/completions";
        response.end();
      } else {
        response.writeHead(200, { "content-type": "text/event-stream" }).end(bodies[kind]);
      }
    });
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.once("disconnect", () => server.close(() => process.exit(0)));
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;

async function measure(work: () => Promise<unknown>): Promise<{ cpuMs: number; wallMs: number }> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const wallMs = performance.now() - start;
  const used = process.cpuUsage(cpu);
  return { cpuMs: (used.user + used.system) / 1000, wallMs };
}

async function run(): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2), {
    env: { ...process.env, BENCH_SERVER: "1" },
  });
  const [port] = (await once(child, "message")) as [number];
  const origin = `http://127.0.0.1:${port}`;
  const load = createRequire(new URL("../packages/provider/package.json", import.meta.url));
  const { Agent, request } = load("undici") as Undici;
  const { createCopilot } = await import("@zotpilot/provider");

  const agent = new Agent();
  const copilot = createCopilot({ githubToken: () => "ghu_bench", host: origin });
  const asked = {
    model: "gpt-4.1",
    messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "hello" }] }],
  };
  const body = JSON.stringify({
    model: "gpt-4.1",
    messages: [{ role: "user", content: "hello" }],
    stream: true,
  });
  const bare = () =>
    request(`${origin}/chat/completions`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", authorization: "Bearer tid=bench" },
      dispatcher: agent,
    });

  async function floor(parse = false): Promise<number> {
    const answer = await bare();
    const decoder = new TextDecoder();
    let rest = "";
    let lines = 0;
    for await (const chunk of answer.body) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        if (!line.startsWith("data: ")) continue;
        lines += 1;
        if (parse && line !== "data: [DONE]") JSON.parse(line.slice(6));
      }
    }
    return lines;
  }

  async function provider(): Promise<number> {
    let deltas = 0;
    for await (const event of copilot.stream(asked)) if (event.type === "text_delta") deltas += 1;
    return deltas;
  }

  for (let round = 0; round < 5; round += 1) {
    const [lines, deltas] = [await floor(), await provider()];
    if (lines !== DELTAS + 2 || deltas !== DELTAS) throw new Error(`read ${lines} lines, ${deltas} deltas`);
  }
  const ways = {
    "bare undici and line split": () => floor(),
    "the same and JSON.parse": () => floor(true),
    "createCopilot().stream()": provider,
  };
  const samples = Object.entries(ways).map(([name, work]) => {
    const cpu: number[] = [];
    const wall: number[] = [];
    return { name, work, cpu, wall };
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { work, cpu, wall } of samples) {
      const { cpuMs, wallMs } = await measure(work);
      cpu.push(cpuMs);
      wall.push(wallMs);
    }
  }
  console.log(`${DELTAS} deltas, medians of ${ROUNDS} rounds`);
  const [least] = samples.map(({ cpu }) => median(cpu));
  for (const { name, cpu, wall } of samples) {
    const [cpuMs, wallMs] = [median(cpu), median(wall)];
    const perDelta = ((cpuMs * 1000) / DELTAS).toFixed(2);
    const ratio = (cpuMs / (least ?? Number.NaN)).toFixed(2);
    console.log(
      `  ${name.padEnd(28)} ${cpuMs.toFixed(1).padStart(6)} ms CPU, ${perDelta} µs a delta, ${ratio}x; ${wallMs.toFixed(1)} ms`,
    );
  }

  await (await request(`${origin}/kind/short`, { method: "GET", dispatcher: agent })).body.dump();
  const first = { bare: [] as number[], ours: [] as number[] };
  for (let round = 0; round < FIRST_BYTE_ROUNDS; round += 1) {
    let start = performance.now();
    const answer = await bare();
    let seen = false;
    for await (const _ of answer.body) {
      if (!seen) first.bare.push(performance.now() - start);
      seen = true;
    }
    start = performance.now();
    seen = false;
    for await (const event of copilot.stream(asked)) {
      if (seen || event.type === "response_start") continue;
      first.ours.push(performance.now() - start);
      seen = true;
    }
  }
  const [before, after] = [median(first.bare), median(first.ours)];
  console.log(`first byte, medians of ${FIRST_BYTE_ROUNDS}`);
  console.log(`  bare undici ${before.toFixed(3)} ms, createCopilot ${after.toFixed(3)} ms`);
  console.log(`  added ${((after - before) * 1000).toFixed(0)} µs`);

  await agent.close();
  await copilot.close();
  child.disconnect();
}

if (process.env["BENCH_SERVER"] === "1") serve();
else await run();
