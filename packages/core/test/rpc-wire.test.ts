import type { Message } from "@zotpilot/provider/model";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  createAgent,
  createSession,
  defineTool,
  foldTranscript,
  openSession,
  type DurableEvent,
} from "../src/index.ts";
import { encodeEvent, encodeMessages } from "../src/rpc/index.ts";
import { z } from "zod";
import { anyEvent } from "./support/arbitrary.ts";
import { answerEvents, call, failAfter, play, providerError, say, scripted } from "./support/scripted.ts";
import { isDone, serve } from "./support/rpc.ts";
import { folder } from "./support/session-files.ts";

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const zeroTime = "0001-01-01T00:00:00Z";

test("a summary has its time, before and after a restart", async () => {
  const provider = scripted(say("x".repeat(9_000)), say("y".repeat(9_000)), say("the gist"), say("on"));
  const session = createSession({ directory: await folder(), cwd: "/project" });
  const now = () => new Date(1e12);
  const agent = createAgent({ provider, model: "m", session, now, modelInfo: async () => undefined });
  await agent.prompt("one");
  await agent.prompt("two");
  await agent.compact();
  await agent.prompt("three");
  const times = encodeMessages(agent.transcript.messages).map(({ time }) => time);
  expect(new Set(times)).toEqual(new Set([now().toISOString()]));
  // The model is not told, and sees the summary as what a person says.
  expect(provider.requests.at(-1)?.messages).toContainEqual(
    expect.objectContaining({
      role: "user",
      content: [{ type: "text", text: expect.stringContaining("the gist") }],
    }),
  );
  await agent.close();
  const reopened = await openSession(session.path);
  const compacted = reopened.events.find((event) => event.type === "compacted") as Extract<
    DurableEvent,
    { type: "compacted" }
  >;
  expect(encodeMessages(compacted.messages).map(({ time }) => time)).toEqual(times.slice(0, -2));
  await reopened.close();
});

test("a summary with its time is summarised with the rest, and is nobody's prompt", async () => {
  const long = (text: string) => say(text.repeat(9_000));
  const provider = scripted(
    long("a"),
    long("b"),
    say("first gist"),
    long("c"),
    long("d"),
    say("second gist"),
  );
  const agent = createAgent({ provider, model: "m", modelInfo: async () => undefined });
  for (const text of ["one", "two"]) await agent.prompt(text);
  await agent.compact();
  for (const text of ["three", "four"]) await agent.prompt(text);
  await agent.compact();
  expect(JSON.stringify(provider.requests.at(-1)?.messages)).toContain("first gist");
  const text = JSON.stringify(agent.transcript.messages);
  expect(text).toContain("second gist");
  expect(text).not.toContain("first gist");
});

test("every time on the wire is one that a strict reader takes; one that nobody knows is the zero time", () => {
  const lost: Message = { role: "user", content: [{ type: "text", text: "x" }] };
  expect(encodeMessages([lost, { ...lost, at: "yesterday" }, { ...lost, at: "" }])).toEqual(
    Array.from({ length: 3 }, () => expect.objectContaining({ time: zeroTime })),
  );
  const offset = "2026-01-02T03:04:05.123456789+02:00";
  expect(encodeMessages([{ ...lost, at: offset }])).toEqual([expect.objectContaining({ time: offset })]);
  fc.assert(
    fc.property(anyEvent, (event) => {
      for (const wire of encodeEvent(event)) {
        if ("time" in wire) expect(wire["time"]).toMatch(rfc3339);
      }
    }),
  );
});

test("message_count is the number of messages of get_messages, though a turn has several results", async () => {
  const tool = defineTool({
    name: "t",
    description: "Does nothing.",
    risk: "read",
    input: z.object({}),
    run: async () => "r",
  });
  const provider = scripted(call({ id: "a", name: "t" }, { id: "b", name: "t" }), say("done"));
  const rpc = serve(createAgent({ provider, model: "m", tools: [tool] }));
  const counts = async () => {
    const { data: state } = await rpc.ask({ type: "get_state" });
    const { data } = await rpc.ask({ type: "get_messages" });
    return [(state as { message_count: number }).message_count, (data as { messages: [] }).messages.length];
  };
  expect(await counts()).toEqual([0, 0]);
  await rpc.ask({ type: "prompt", message: "x" });
  await rpc.next(isDone);
  expect(await counts()).toEqual([4, 4]);
  await rpc.end();
});

test("an answer without content is told by its usage alone", async () => {
  const overloaded = failAfter(
    answerEvents("").filter(({ type }) => type !== "finish"),
    providerError({ retryable: true, retryAfterMs: 0 }),
  );
  const rpc = serve(
    createAgent({ provider: scripted(play(answerEvents("")), overloaded, say("at last")), model: "m" }),
  );
  rpc.send({ type: "prompt", message: "x" }, { type: "prompt", message: "y" });
  const lines = await rpc.end();
  const order = lines.map(({ type }) => type).filter((type) => type !== "response");
  expect(order).toEqual([
    "user_message",
    "turn_start",
    "assistant_start",
    "usage",
    "turn_end",
    "done",
    "user_message",
    "turn_start",
    "assistant_start",
    "usage",
    "retry",
    "assistant_start",
    "text_delta",
    "usage",
    "assistant_message",
    "turn_end",
    "done",
  ]);
});

test("what was written to the service's cache is told apart: the three kinds of input make what was sent", async () => {
  const writing = (cacheWriteTokens?: number) =>
    play(
      answerEvents("hi").map((event) => {
        if (event.type !== "usage" || cacheWriteTokens === undefined) return event;
        return { ...event, usage: { ...event.usage, inputTokens: 100, cacheWriteTokens } };
      }),
    );
  const session = createSession({ directory: await folder(), cwd: "/project" });
  const provider = scripted(writing(), writing(90), writing(5));
  const agent = createAgent({ provider, model: "m", session });
  const rpc = serve(agent);
  for (const message of ["one", "two", "three"]) {
    await rpc.ask({ type: "prompt", message });
    await rpc.next(isDone);
  }
  const usages = rpc.lines.filter(({ type }) => type === "usage");
  expect(usages).toMatchObject([
    { input: 6, cache_read: 4, cache_write: 0, cumulative: { input: 6, cache_read: 4, cache_write: 0 } },
    { input: 6, cache_read: 4, cache_write: 90, cumulative: { input: 12, cache_read: 8, cache_write: 90 } },
    { input: 91, cache_read: 4, cache_write: 5, cumulative: { input: 103, cache_read: 12, cache_write: 95 } },
  ]);
  expect(await rpc.ask({ type: "get_state" })).toMatchObject({
    data: { usage: { input: 103, cache_read: 12, cache_write: 95 } },
  });
  await rpc.end();
  await agent.close();
  const reopened = await openSession(session.path);
  expect(foldTranscript(reopened.events)).toEqual(agent.transcript);
  // Who has never been told says nothing, and so do sessions from before.
  expect(
    reopened.events.flatMap((event) => (event.type === "assistant_message" ? [event.usage] : [])),
  ).toEqual([
    expect.not.objectContaining({ cacheWriteTokens: expect.anything() }),
    expect.objectContaining({ cacheWriteTokens: 90 }),
    expect.objectContaining({ cacheWriteTokens: 5 }),
  ]);
  await reopened.close();
});
