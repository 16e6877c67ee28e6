import { PassThrough } from "node:stream";
import { decodeLines } from "@zotpilot/ndjson";
import type { Agent } from "../../src/index.ts";
import { serveRpc, type RpcServerOptions } from "../../src/rpc/index.ts";

type Value = Record<string, unknown>;

/** A served agent, spoken to in raw lines. */
export interface ServedAgent {
  readonly input: PassThrough;
  readonly output: PassThrough;
  /** Everything that was answered so far. */
  readonly lines: Value[];
  /** Resolves when the server has ended. */
  readonly served: Promise<void>;
  send(...lines: unknown[]): void;
  /** The first line, of those not asked for yet, that fits; waits for it. */
  next(fits: (line: Value) => boolean): Promise<Value>;
  /** Sends a request and waits for its response. */
  ask(request: Value): Promise<Value>;
  /** Ends the input and waits for the server. */
  end(): Promise<Value[]>;
}

/** Serves an agent over a pair of streams in this process. Strings are sent as they are, other values as JSON. */
export function serve(agent: Agent, options: Partial<RpcServerOptions> = {}): ServedAgent {
  const input = new PassThrough();
  const output = new PassThrough();
  const lines: Value[] = [];
  const taken = new Set<Value>();
  const waiters = new Set<() => void>();
  const served = serveRpc(agent, { input, output, version: "1.2.3", ...options });
  // A test looks at the outcome itself; until then it is no unhandled one.
  served.catch(() => undefined).finally(() => output.end());
  let nextId = 1;

  const reading = (async () => {
    for await (const line of decodeLines(output)) {
      lines.push(JSON.parse(line.type === "too_long" ? "null" : line.text));
      for (const wake of waiters) wake();
    }
  })();

  const served_: ServedAgent = {
    input,
    output,
    lines,
    served,
    send(...values) {
      input.write(
        values.map((value) => `${typeof value === "string" ? value : JSON.stringify(value)}\n`).join(""),
      );
    },
    async next(fits) {
      for (;;) {
        const found = lines.find((line) => !taken.has(line) && fits(line));
        if (found) {
          taken.add(found);
          return found;
        }
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiters.delete(wake);
            resolve();
          };
          waiters.add(wake);
        });
      }
    },
    ask(request) {
      const id = `ask-${nextId++}`;
      served_.send({ ...request, id });
      return served_.next((line) => line["type"] === "response" && line["id"] === id);
    },
    async end() {
      input.end();
      await served;
      await reading;
      return lines;
    },
  };
  return served_;
}

export const isDone = (line: Value): boolean => line["type"] === "done";

/** Says these one after the other, each when the one before is answered. */
export async function converse(rpc: ServedAgent, ...messages: readonly string[]): Promise<void> {
  for (const message of messages) {
    await rpc.ask({ type: "prompt", message });
    await rpc.next(isDone);
  }
}
