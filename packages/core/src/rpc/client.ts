import type { Writable } from "node:stream";
import { decodeLines, encodeLine } from "@zotpilot/ndjson";
import type { RpcRequest, RpcResponse } from "./protocol.ts";
import type { WireEvent } from "./wire.ts";

/** Drives an agent that another process serves. */
export interface RpcClient {
  /** Sends a request and waits for its answer. Throws an `Error` with the server's sentence when it refuses. */
  request(request: RpcRequest): Promise<Record<string, unknown>>;
  /** Sends a prompt and yields the events of its run, `done` being the last. */
  prompt(message: string): AsyncGenerator<WireEvent, void>;
  /** Says that no more requests follow; the server ends after what it was asked. */
  close(): void;
}

/**
 * Speaks zot's rpc protocol, version 1, over a pair of streams, for example those of a child process that runs
 * `zotpilot rpc`. Every promise settles: when the input ends, what waits is rejected.
 */
export function createRpcClient(streams: {
  input: AsyncIterable<Uint8Array | string>;
  output: Writable;
}): RpcClient {
  const waiting = new Map<
    string,
    { resolve: (data: Record<string, unknown>) => void; reject: (error: Error) => void }
  >();
  const readers = new Set<(event: WireEvent | Error) => void>();
  let nextId = 1;
  let ended: Error | undefined;

  function end(error: Error): void {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    for (const reader of readers) reader(error);
  }

  async function read(): Promise<void> {
    for await (const line of decodeLines(streams.input)) {
      if (line.type !== "line" || line.text.trim() === "") continue;
      const value = JSON.parse(line.text) as RpcResponse | WireEvent;
      if (value.type !== "response") {
        for (const reader of readers) reader(value as WireEvent);
        continue;
      }
      const response = value as RpcResponse;
      const waiter = waiting.get(response.id ?? "");
      waiting.delete(response.id ?? "");
      if (response.success) waiter?.resolve(response.data ?? {});
      else waiter?.reject(new Error(response.error ?? "the request was refused"));
    }
  }

  read().then(
    () => end(new Error("the server closed the connection")),
    (error: unknown) => end(error instanceof Error ? error : new Error(String(error))),
  );
  streams.output.on("error", end);

  function request(message: RpcRequest, answered?: () => void): Promise<Record<string, unknown>> {
    if (ended) return Promise.reject(ended);
    const id = String(nextId++);
    return new Promise((resolve, reject) => {
      waiting.set(id, {
        resolve: (data) => {
          answered?.();
          resolve(data);
        },
        reject,
      });
      streams.output.write(encodeLine({ ...message, id }));
    });
  }

  return {
    request: (message) => request(message),
    async *prompt(message) {
      const queue: (WireEvent | Error)[] = [];
      let wake: (() => void) | undefined;
      const reader = (event: WireEvent | Error): void => {
        queue.push(event);
        wake?.();
      };
      try {
        // Heard from its answer on, and not a line later: events of an earlier prompt are not this one's.
        await request({ type: "prompt", message }, () => readers.add(reader));
        for (;;) {
          const event = queue.shift();
          if (event instanceof Error) throw event;
          if (event) {
            yield event;
            if (event.type === "done") return;
          } else {
            if (ended) throw ended;
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        readers.delete(reader);
      }
    },
    close: () => streams.output.end(),
  };
}
