import type { Writable } from "node:stream";
import { decodeLines, encodeLine } from "@zotpilot/ndjson";
import { CoreError, messageOf } from "../errors.ts";
import { answerApprovals, type RpcApprovalHandler } from "./answer-approvals.ts";
import { maxLineBytes, type RpcRequest, type RpcResponse } from "./protocol.ts";
import type { WireEvent } from "./wire.ts";

/** Drives an agent that another process serves. */
export interface RpcClient {
  /**
   * Sends a request and waits for its answer. Throws a `CoreError`: `request_refused` with the server's sentence, or
   * `connection_closed`.
   */
  request(request: RpcRequest): Promise<Record<string, unknown>>;
  /**
   * Sends a prompt and yields the events of its run, `done` being the last. Prompts run one after another. Leaving
   * the loop early aborts the run. Events wait in memory for a reader that is slower than the server.
   * Throws as `request` does.
   */
  prompt(message: string): AsyncGenerator<WireEvent, void>;
  /**
   * Answers from now on what the server asks about calls, and tells it so with a `hello`; a later handler takes the
   * place of the one before. A server that wants a token is to be given it first. Throws as `request` does, and
   * `request_refused` when the server does not know approvals; then it decides without asking.
   */
  onApproval(handler: RpcApprovalHandler): Promise<void>;
  /** Says that no more requests follow; the server ends after what it was asked. */
  close(): void;
}

interface Waiter {
  resolve: (data: Record<string, unknown>) => void;
  reject: (error: Error) => void;
}

type Heard = WireEvent | Error;

/**
 * Speaks zot's rpc protocol, version 1, over a pair of streams, for example those of a child process that runs
 * `zotpilot rpc`. Every promise settles: when the input ends, what waits is rejected. Lines that are no JSON objects
 * are passed over.
 */
export function createRpcClient(streams: {
  input: AsyncIterable<Uint8Array | string>;
  output: Writable;
}): RpcClient {
  const waiting = new Map<string, Waiter>();
  const readers = new Set<(heard: Heard) => void>();
  let answering: ((heard: Heard) => void) | undefined;
  let nextId = 1;
  let ended: Error | undefined;
  let lastRun: Promise<unknown> = Promise.resolve();

  function end(reason: string, cause?: unknown): void {
    if (ended) return;
    ended = new CoreError("connection_closed", reason, { cause });
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
    for (const reader of readers) reader(ended);
  }

  function hear(value: WireEvent | RpcResponse): void {
    if (value.type !== "response") {
      for (const reader of readers) reader(value as WireEvent);
      return;
    }
    const response = value as RpcResponse;
    const waiter = waiting.get(response.id ?? "");
    waiting.delete(response.id ?? "");
    if (response.success) waiter?.resolve(response.data ?? {});
    else waiter?.reject(new CoreError("request_refused", response.error ?? "the request was refused"));
  }

  async function read(): Promise<void> {
    for await (const line of decodeLines(streams.input)) {
      const value = line.type === "line" ? parseObject(line.text) : undefined;
      if (value) hear(value);
    }
  }

  read().then(
    () => end("the server closed the connection"),
    (error: unknown) => end(`the connection to the server broke: ${messageOf(error)}`, error),
  );
  streams.output.on("error", (error) => end(`the server takes no more requests: ${error.message}`, error));

  function request(message: RpcRequest, answered?: () => void): Promise<Record<string, unknown>> {
    if (ended) return Promise.reject(ended);
    const id = String(nextId++);
    const line = encodeLine({ ...message, id });
    // A server cannot say whose line was too long, so nobody would learn of it.
    if (Buffer.byteLength(line) > maxLineBytes) {
      return Promise.reject(
        new CoreError("request_refused", `a request may take at most ${maxLineBytes} bytes`),
      );
    }
    return new Promise((resolve, reject) => {
      waiting.set(id, {
        resolve: (data) => {
          answered?.();
          resolve(data);
        },
        reject,
      });
      streams.output.write(line);
    });
  }

  async function* prompt(message: string): AsyncGenerator<WireEvent, void> {
    const heard: Heard[] = [];
    let wake: (() => void) | undefined;
    let over: () => void = () => undefined;
    const before = lastRun;
    lastRun = new Promise<void>((resolve) => {
      over = resolve;
    });
    let running = false;
    let left = false;
    const reader = (item: Heard): void => {
      if (!left) heard.push(item);
      if (item instanceof Error || item.type === "done") {
        running = false;
        readers.delete(reader);
        over();
      }
      wake?.();
    };
    try {
      await before;
      // Heard from its answer on, and not a line later: events of an earlier prompt are not this one's.
      await request({ type: "prompt", message }, () => {
        running = true;
        readers.add(reader);
      });
      for (;;) {
        const item = heard.shift();
        if (item instanceof Error) throw item;
        if (item) {
          yield item;
          if (item.type === "done") return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      left = true;
      // The next prompt waits for the end of this run; who has left reads no more of it.
      if (running) request({ type: "abort" }).catch(() => undefined);
      else over();
    }
  }

  async function onApproval(handler: RpcApprovalHandler): Promise<void> {
    if (answering) readers.delete(answering);
    answering = answerApprovals(handler, request);
    readers.add(answering);
    const hello = await request({ type: "hello", approvals: true });
    if (hello["approvals"] === true) return;
    throw new CoreError("request_refused", "the server does not ask about calls: it decides by itself");
  }

  return {
    request: (message) => request(message),
    prompt,
    onApproval,
    close: () => streams.output.end(),
  };
}

function parseObject(text: string): WireEvent | RpcResponse | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as WireEvent | RpcResponse) : undefined;
  } catch {
    return undefined;
  }
}
