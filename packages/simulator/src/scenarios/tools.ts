import { setTimeout as delay } from "node:timers/promises";
import { isRecord, type Call } from "../http/call.ts";
import type { FullReply, Reply, Step, StreamReply } from "../http/reply.ts";
import type { Stage } from "../world.ts";
import type { Hook, Scenario } from "./scenario.ts";

/** A scenario that answers one stage always alike. */
export function fixed(name: string, summary: string, stage: Stage, reply: () => Reply): Scenario {
  return { name, summary, play: () => ({ [stage]: () => reply() }) };
}

/** A scenario that answers one stage so the first time only. */
export function onceOnly(name: string, summary: string, stage: Stage, reply: () => Reply): Scenario {
  return {
    name,
    summary,
    play() {
      let played = false;
      const hook: Hook = (_call, next) => {
        if (played) return next();
        played = true;
        return reply();
      };
      return { [stage]: hook };
    },
  };
}

/** A scenario that changes the JSON of a successful reply. */
export function patched(
  name: string,
  summary: string,
  stage: Stage,
  change: (body: Record<string, unknown>) => Record<string, unknown>,
): Scenario {
  const hook: Hook = async (_call, next) => patchJson(await next(), change);
  return { name, summary, play: () => ({ [stage]: hook }) };
}

/** Changes the JSON body of a 200; passes every other reply on. */
export function patchJson(
  reply: Reply,
  change: (body: Record<string, unknown>) => Record<string, unknown>,
): Reply {
  if (reply.type !== "full" || reply.status !== 200 || typeof reply.body !== "string") return reply;
  const body: unknown = JSON.parse(reply.body);
  return isRecord(body) ? { ...reply, body: JSON.stringify(change(body)) } : reply;
}

/** Changes how a streamed reply is written; passes every other reply on. The steps are given as a whole. */
export function reshape(reply: Reply, change: (steps: Step[]) => StreamReply["steps"]): Promise<Reply> {
  return reply.type === "stream"
    ? collect(reply.steps).then((steps) => ({ ...reply, steps: change(steps) }))
    : Promise.resolve(reply);
}

async function collect(steps: StreamReply["steps"]): Promise<Step[]> {
  const all: Step[] = [];
  for await (const step of steps) all.push(step);
  return all;
}

/** Waits in real time; ends early, without an error, when the client is gone. */
export async function pause(ms: number, call: Call): Promise<void> {
  await delay(ms, undefined, { signal: call.signal }).catch(() => undefined);
}

/** Whether a request asks for a stream. */
export function asksForStream(call: Call): boolean {
  return isRecord(call.body) && call.body["stream"] === true;
}

/** The messages of a request, or its items; none when it has another form. */
export function turnsOf(call: Call): Record<string, unknown>[] {
  const body = isRecord(call.body) ? call.body : {};
  const turns = body["messages"] ?? body["input"];
  return Array.isArray(turns) ? turns.filter(isRecord) : [];
}

/** Whether a request ends with tool results: then it is not a new prompt. */
export function bringsToolResults(call: Call): boolean {
  const last = turnsOf(call).at(-1) ?? {};
  const content: unknown = last["content"];
  return (
    last["role"] === "tool" ||
    last["type"] === "function_call_output" ||
    (Array.isArray(content) && content.some((block) => isRecord(block) && block["type"] === "tool_result"))
  );
}

/** Whether nothing was answered yet. */
export function isFirstTurn(call: Call): boolean {
  return turnsOf(call).every(
    (turn) => (turn["type"] ?? "message") === "message" && turn["role"] !== "assistant",
  );
}

/** A page like the ones that proxies and broken gateways send. */
export function brokenPage(status: number, title: string): FullReply {
  // Such pages do not come from the service, so its ids are missing.
  return {
    type: "full",
    status,
    headers: { "content-type": "text/html", "x-github-request-id": "", "x-request-id": "" },
    body: `<html><body><h1>${title}</h1></body></html>`,
  };
}
