// The service of the provider's benches, in a process of its own so that its work does not count: it exchanges tokens and
// answers a chat request as fast as it can.
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

/** What the answer is like. */
export interface ChatAnswer {
  /** How many pieces of text it has. */
  deltas: number;
  /** Characters of the arguments of a tool call, which come in as many pieces. */
  argumentsLength?: number;
  /** Leaves the answer open after its last piece. */
  isEndless?: boolean;
}

/** A running service. */
export interface ChatServer {
  origin: string;
  /** Changes the answer from the next request on. */
  answerWith(answer: ChatAnswer): Promise<void>;
  /** How many connections are open. */
  connections(): Promise<number>;
  close(): void;
}

/** Starts the service in another process. */
export async function startChatServer(answer: ChatAnswer): Promise<ChatServer> {
  const child = fork(fileURLToPath(import.meta.url), [], { env: { ...process.env, BENCH_SERVER: "1" } });
  const ask = async (question: ChatAnswer | "connections"): Promise<number> => {
    const answered = once(child, "message");
    child.send(question);
    const [value] = (await answered) as [number];
    return value;
  };
  const [port] = (await once(child, "message")) as [number];
  await ask(answer);
  return {
    origin: `http://127.0.0.1:${port}`,
    answerWith: async (next) => void (await ask(next)),
    connections: () => ask("connections"),
    close: () => child.disconnect(),
  };
}

function chunk(delta: object, finish: string | null): string {
  const body = {
    choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
    created: 1_790_000_000,
    id: "chatcmpl-BENCH",
    model: "gpt-4.1-2025-04-14",
    object: "chat.completion.chunk",
    system_fingerprint: "fp_bench",
    usage: null,
  };
  return `data: ${JSON.stringify(body)}\n\n`;
}

function bodyOf({ deltas, argumentsLength, isEndless }: ChatAnswer): string {
  const pieces: string[] = [];
  if (argumentsLength === undefined) {
    for (let index = 0; index < deltas; index += 1) pieces.push(chunk({ content: ` word${index}` }, null));
  } else {
    const text = JSON.stringify({ text: "x".repeat(Math.max(0, argumentsLength - 11)) });
    const size = Math.ceil(text.length / deltas);
    const call = (given: string, first: boolean) => ({
      tool_calls: [
        {
          index: 0,
          ...(first && { id: "call_1", type: "function" }),
          function: { ...(first && { name: "write" }), arguments: given },
        },
      ],
    });
    for (let at = 0; at < text.length; at += size) {
      pieces.push(chunk(call(text.slice(at, at + size), at === 0), null));
    }
  }
  if (isEndless === true) return pieces.join("");
  const reason = argumentsLength === undefined ? "stop" : "tool_calls";
  return `${pieces.join("")}${chunk({ content: null }, reason)}data: [DONE]\n\n`;
}

function serve(): void {
  let body = "";
  let isEndless = false;
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      if (request.url === "/copilot_internal/v2/token") {
        response.end(JSON.stringify({ token: "tid=bench;exp=4102444800:mac", refresh_in: 1500 }));
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (isEndless) response.write(body);
      else response.end(body);
    });
  });
  process.on("message", (message: ChatAnswer | "connections") => {
    if (message === "connections") {
      server.getConnections((_error, count) => process.send?.(count));
      return;
    }
    body = bodyOf(message);
    isEndless = message.isEndless === true;
    process.send?.(0);
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.once("disconnect", () => process.exit(0));
}

if (process.env["BENCH_SERVER"] === "1") serve();
