import type { Writable } from "node:stream";
import { decodeLines } from "@zotpilot/ndjson";
import type { Agent } from "../agent/agent.ts";
import { untilAborted } from "../run/until-aborted.ts";
import { createHandlers } from "./handlers.ts";
import { createLineWriter } from "./line-writer.ts";
import { decodeRequest, maxLineBytes } from "./protocol.ts";
import { encodeEvent } from "./wire.ts";

/** What {@link serveRpc} needs. */
export interface RpcServerOptions {
  /** Where requests come from, one JSON object a line. */
  input: AsyncIterable<Uint8Array | string>;
  /** Where responses and events go, one JSON object a line. */
  output: Writable;
  /** Told to clients in `hello`. */
  version: string;
  /** When set, every command but `hello` is refused until a `hello` has brought this token. */
  token?: string;
  /** The longest request line, in bytes; 64 MiB when left out. A longer one is refused, and reading goes on. */
  maxLineBytes?: number;
  /** Stops serving: what runs is aborted. */
  signal?: AbortSignal;
}

/**
 * Serves an agent over a pair of streams in zot's rpc protocol, version 1. Nothing that comes in ends it or goes
 * unanswered; the end of the input does, after what was asked has run to its end. Prompts run one after another.
 * A client that reads slowly slows down the run and the reading of its requests. A client whose `hello` says that it
 * answers approvals is asked about calls, until its input ends.
 */
export async function serveRpc(agent: Agent, options: RpcServerOptions): Promise<void> {
  const { output } = options;
  const stopping = new AbortController();
  const stopped = stopping.signal;
  const writer = createLineWriter(output, stopped);
  const handlers = createHandlers({
    agent,
    version: options.version,
    token: options.token,
    stopped,
    write: (line) => void writer.write(line),
  });

  const stop = (): void => {
    stopping.abort();
    agent.abort();
  };
  // A client that is gone needs no answer: end quietly instead of failing on a broken pipe.
  output.on("error", stop);
  output.on("close", stop);
  options.signal?.addEventListener("abort", stop, { once: true });
  if (options.signal?.aborted) stop();
  const unsubscribe = agent.subscribe((event) => {
    let slow: Promise<void> | undefined;
    for (const wire of encodeEvent(event)) slow = writer.write(wire);
    return slow;
  });

  try {
    const limit = options.maxLineBytes ?? maxLineBytes;
    for await (const line of untilAborted(decodeLines(options.input, { maxLineBytes: limit }), stopped)) {
      await writer.ready();
      const decoded = decodeRequest(line, limit);
      if (decoded.type === "blank") continue;
      if (decoded.type === "refused") {
        void writer.write(decoded.response);
        continue;
      }
      handlers.handle(decoded.request);
    }
  } catch (error) {
    // The input broke: the same as its end, but nobody is there to read the rest.
    const asked = stopped.aborted;
    stop();
    if (!asked && !isStreamEnd(error)) throw error;
  } finally {
    await handlers.finish();
    await writer.flushed();
    unsubscribe();
    options.signal?.removeEventListener("abort", stop);
    output.off("error", stop);
    output.off("close", stop);
  }
}

function isStreamEnd(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ERR_STREAM_PREMATURE_CLOSE" || code === "EPIPE" || code === "EIO" || code === "ECONNRESET";
}
