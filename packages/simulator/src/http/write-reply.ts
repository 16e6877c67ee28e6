import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Reply } from "./reply.ts";

/** Statuses that Node refuses or that have no body are written without one. */
const NO_BODY = new Set([204, 304]);

/**
 * Writes a reply. Resolves when it is written or when the connection is gone; never rejects.
 * `signal` aborts when the connection is gone. `common` headers yield to those of the reply.
 */
export async function writeReply(
  response: ServerResponse,
  reply: Reply,
  common: Record<string, string>,
  signal: AbortSignal,
  /** Called before the connection is broken on purpose. */
  onBreak: () => void,
): Promise<void> {
  try {
    switch (reply.type) {
      case "hang":
        await gone(signal);
        return;
      case "reset":
        response.socket?.resetAndDestroy();
        return;
      case "full": {
        response.writeHead(reply.status, merge(common, reply.headers));
        response.end(NO_BODY.has(reply.status) ? undefined : reply.body);
        return;
      }
      case "stream": {
        response.writeHead(reply.status, merge(common, reply.headers));
        response.flushHeaders();
        await writeSteps(response, reply.steps, signal, onBreak);
        return;
      }
      default:
        reply satisfies never;
    }
  } catch {
    // The connection broke, or a step failed half way: an honest broken body is all that is left to send.
    if (!signal.aborted) onBreak();
    response.destroy();
  }
}

/** An empty value in the reply takes a common header away. */
function merge(common: Record<string, string>, own: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries({ ...common, ...own }).filter(([, value]) => value !== ""));
}

async function writeSteps(
  response: ServerResponse,
  steps: Extract<Reply, { type: "stream" }>["steps"],
  signal: AbortSignal,
  onBreak: () => void,
): Promise<void> {
  for await (const step of steps) {
    if (signal.aborted) return;
    switch (step.type) {
      case "data":
        if (step.bytes.length > 0 && !response.write(step.bytes)) await once(response, "drain", { signal });
        break;
      case "wait":
        await delay(step.ms, undefined, { signal });
        break;
      case "stall":
        await gone(signal);
        return;
      case "reset":
        // What was written so far must reach the client before the connection breaks.
        await new Promise<void>((resolve) => response.write("", () => resolve()));
        await delay(5, undefined, { signal });
        onBreak();
        response.socket?.resetAndDestroy();
        return;
      default:
        step satisfies never;
    }
  }
  response.end();
}

async function gone(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
