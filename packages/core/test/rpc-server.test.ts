import { once } from "node:events";
import { PassThrough, Writable } from "node:stream";
import { setImmediate as nextTick } from "node:timers/promises";
import type { ModelEvent } from "@zotpilot/provider/model";
import { expect, test } from "vitest";
import { z } from "zod";
import { createAgent, defineTool, type AgentOptions } from "../src/index.ts";
import { serveRpc } from "../src/rpc/index.ts";
import { converse, isDone, serve } from "./support/rpc.ts";
import { types } from "./support/run.ts";
import {
  answerEvents,
  call,
  failAfter,
  model,
  play,
  providerError,
  say,
  scripted,
  untilAborted,
} from "./support/scripted.ts";

const make = (options: Partial<AgentOptions> & Pick<AgentOptions, "provider">) =>
  createAgent({ model: "model-a", cwd: "/project", ...options });

const echo = defineTool({
  name: "echo",
  description: "Repeats a text.",
  risk: "read",
  input: z.strictObject({ text: z.string() }),
  run: async ({ text }, { progress }) => {
    progress("thinking");
    return text;
  },
});

const endless = () =>
  make({ provider: scripted(play([{ type: "response_start" }], untilAborted), say("two")) });

test("hello, ping, get_state, get_messages, get_models, set_model", async () => {
  const rpc = serve(make({ provider: scripted(say("hello")) }));
  expect(await rpc.ask({ type: "hello" })).toEqual({
    type: "response",
    command: "hello",
    id: "ask-1",
    success: true,
    data: { protocol_version: 1, version: "1.2.3", provider: "scripted", model: "model-a" },
  });
  expect(await rpc.ask({ type: "ping" })).toMatchObject({ success: true, data: { pong: true } });
  expect(await rpc.ask({ type: "get_models" })).toMatchObject({
    data: {
      models: [
        { id: "model-a", provider: "scripted", context_window: 1000, max_output: 100, reasoning: false },
        { id: "model-b" },
      ],
    },
  });
  expect(await rpc.ask({ type: "set_model", model: "model-b" })).toMatchObject({
    data: { model: "model-b" },
  });
  expect(await rpc.ask({ type: "set_model", model: "gpt-9" })).toMatchObject({
    success: false,
    error: 'unknown model "gpt-9" (provider="scripted")',
  });
  await rpc.ask({ type: "prompt", message: "hi" });
  await rpc.next(isDone);
  expect(await rpc.ask({ type: "get_state" })).toMatchObject({
    data: {
      busy: false,
      cwd: "/project",
      message_count: 2,
      model: "model-b",
      provider: "scripted",
      usage: { input: 6, output: 5, cache_read: 4, cache_write: 0, cost_usd: 0 },
    },
  });
  expect(await rpc.ask({ type: "get_messages" })).toMatchObject({
    data: {
      messages: [
        { role: "user", content: [{ type: "text", text: "hi" }] },
        { role: "assistant", content: [{ type: "text", text: "hello" }] },
      ],
    },
  });
  await rpc.end();
});

test("a tool turn has zot's order of events", async () => {
  const provider = scripted(
    call(
      { id: "a", name: "echo", arguments: { text: "one" } },
      { id: "b", name: "echo", arguments: { text: "two" } },
    ),
    say("done"),
  );
  const rpc = serve(make({ provider, tools: [echo] }));
  rpc.send({ type: "prompt", id: "p", message: "go" });
  const lines = await rpc.end();
  expect(lines[0]).toEqual({
    type: "response",
    command: "prompt",
    id: "p",
    success: true,
    data: { started: true },
  });
  expect(types(lines as { type: string }[]).slice(1)).toEqual([
    "user_message",
    "turn_start",
    "assistant_start",
    "tool_use_start",
    "tool_use_args",
    "tool_use_start",
    "tool_use_args",
    "tool_use_end",
    "tool_use_end",
    "usage",
    "assistant_message",
    "tool_call",
    "tool_call",
    "turn_end",
    "tool_progress",
    "tool_progress",
    "tool_result",
    "tool_result",
    "turn_start",
    "assistant_start",
    "text_delta",
    "usage",
    "assistant_message",
    "turn_end",
    "done",
  ]);
  expect(lines.filter((line) => line["type"] === "turn_end").map((line) => line["stop"])).toEqual([
    "tool_use",
    "end",
  ]);
});

test("whatever comes in gets one clear error, and then a ping works", async () => {
  const bad: [line: string | object, error: RegExp, id?: string][] = [
    ["null", /expected an object, got null/],
    ["[]", /expected an object, got an array/],
    ["42", /expected an object, got a number/],
    ['"ping"', /expected an object, got a string/],
    ['{"type":"ping"', /^malformed json: /],
    ["{}", /^unknown command$/],
    [{ type: "no_such_command", id: "7" }, /^unknown command$/, "7"],
    [{ type: "constructor" }, /^unknown command$/],
    [{ type: "__proto__" }, /^unknown command$/],
    [{ type: 7 }, /type must be a string, got a number/],
    [{ type: "ping", id: 7 }, /id must be a string, got a number/],
    [{ type: "ping", id: ["x"] }, /id must be a string, got an array/],
    [{ type: "prompt", message: 7, id: "m" }, /^prompt: "message" must be a string, got a number$/, "m"],
    [{ type: "hello", approvals: "yes" }, /^hello: "approvals" must be a boolean, got "yes"$/],
    [{ type: "respond" }, /^respond needs "request_id": a string$/],
    [
      { type: "respond", request_id: "1", digest: "d", decision: "perhaps" },
      /^respond: "decision" must be "allow" or "deny", got "perhaps"$/,
    ],
    [{ type: "respond", request_id: "1", digest: "d" }, /^respond needs "decision": "allow" or "deny"$/],
    [
      { type: "respond", request_id: "1", digest: "d", decision: "allow" },
      /^no approval waits with the id "1"; it may have been answered before$/,
    ],
    [
      { type: "prompt", images: [{ mime_type: "image/png", data: null }] },
      /^prompt needs "images\[0\]\.data": a string$/,
    ],
    // Nobody knows what it is, and a message that no service takes would stay in the conversation.
    [{ type: "prompt", images: [{ data: "QUJD" }] }, /^prompt needs "images\[0\]\.mime_type": a string$/],
    [{ type: null }, /^unknown command$/],
    [{ type: "set_model", model: null }, /^set_model needs "model": a string$/],
    [{ type: "prompt", images: [7] }, /^prompt: "images\[0\]" must be an object, got a number$/],
    [
      { type: "prompt", images: [{ mime_type: "image/png", data: "%%%" }] },
      /illegal base64 data at input byte 0/,
    ],
    [
      { type: "prompt", images: [{ mime_type: "image/png", data: "QUJ" }] },
      /illegal base64 data at input byte 3/,
    ],
    [{ type: "prompt", images: "x" }, /^prompt: "images" must be an array, got "x"$/],
    [{ type: "set_model" }, /^set_model needs "model": a string$/],
    ["\u0000\ufffd", /^malformed json: /],
    ["[".repeat(100_000), /^malformed json: /],
  ];
  const rpc = serve(make({ provider: scripted() }));
  for (const [line, error, id] of bad) {
    const before = rpc.lines.length;
    rpc.send(line);
    const pong = await rpc.ask({ type: "ping" });
    expect(pong).toMatchObject({ success: true });
    const answers = rpc.lines.slice(before, rpc.lines.indexOf(pong));
    // The refusal of a prompt's images may stand behind the pong: handlers run side by side.
    const all = answers.length > 0 ? answers : [await rpc.next((each) => each["success"] === false)];
    expect(all, JSON.stringify(line).slice(0, 60)).toHaveLength(1);
    expect(all[0]).toMatchObject({ type: "response", success: false, ...(id && { id }) });
    expect(all[0]?.["error"]).toMatch(error);
    if (!id) expect(all[0]).not.toHaveProperty("id");
  }
  await rpc.end();
});

test("a line over 64 MiB is refused, blank lines are not answered, and reading goes on", async () => {
  const rpc = serve(make({ provider: scripted() }));
  const chunk = Buffer.alloc(1024 * 1024, "x");
  for (let written = 0; written <= 64; written += 1) {
    if (!rpc.input.write(chunk)) await once(rpc.input, "drain");
  }
  rpc.send("", "", "   ");
  expect(await rpc.ask({ type: "ping" })).toMatchObject({ success: true });
  expect(rpc.lines).toHaveLength(2);
  expect(rpc.lines[0]).toEqual({
    type: "response",
    command: "",
    success: false,
    error: "malformed json: line 1 is longer than 67108864 bytes",
  });
  await rpc.end();
});

test("the last line counts without its line feed, and is answered when it is too long", async () => {
  const rpc = serve(make({ provider: scripted() }));
  rpc.input.write('{"type":"ping","id":"last"}');
  expect(await rpc.end()).toMatchObject([{ id: "last", success: true }]);

  const small = serve(make({ provider: scripted() }), { maxLineBytes: 10 });
  small.input.write("x".repeat(11));
  expect(await small.end()).toMatchObject([
    { success: false, error: expect.stringMatching(/longer than 10 bytes/) },
  ]);
});

test("names of fields count whatever their case, unknown ones are passed over", async () => {
  const rpc = serve(make({ provider: scripted() }));
  rpc.send('{"Type":"ping","ID":"x","__proto__":{"type":"clear"},"extra":1}');
  // The one that came last counts.
  rpc.send('{"type":"get_models","id":"a","ID":"y","TYPE":"ping"}');
  expect(await rpc.end()).toMatchObject([
    { command: "ping", id: "x", success: true },
    { command: "ping", id: "y", success: true },
  ]);
});

test("within an image names of fields count whatever their case as well, and null is nothing, as in Go", async () => {
  const agent = make({ provider: scripted(say("one"), say("two")) });
  const rpc = serve(agent);
  rpc.send(
    { type: "hello", id: null, token: null, approvals: null },
    { type: "prompt", message: null, images: null },
    {
      type: "prompt",
      Message: "look",
      message: null,
      Images: [{ Mime_Type: "image/png", DATA: "AAAA", data: null }],
    },
  );
  const lines = await rpc.end();
  expect(lines[0]).toEqual({
    type: "response",
    command: "hello",
    success: true,
    data: { protocol_version: 1, version: "1.2.3", provider: "scripted", model: "model-a" },
  });
  expect(lines.filter(({ success }) => success === false)).toEqual([]);
  expect(agent.transcript.messages.filter(({ role }) => role === "user")).toMatchObject([
    { content: [] },
    {
      content: [
        { type: "text", text: "look" },
        { type: "image", mimeType: "image/png", data: "AAAA" },
      ],
    },
  ]);
});

test("a request that is nested deep is read as any other", async () => {
  const rpc = serve(make({ provider: scripted() }));
  const deep = (key: string) => `{"type":"ping","${key}":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
  rpc.send(deep("images"), deep("extra"), deep("message"));
  expect(await rpc.end()).toMatchObject(
    Array.from({ length: 3 }, () => ({ command: "ping", success: true })),
  );
});

test("with a token: nothing before a hello that brings it, and a wrong one ends nothing", async () => {
  const rpc = serve(make({ provider: scripted() }), { token: "secret" });
  expect(await rpc.ask({ type: "ping" })).toMatchObject({
    success: false,
    error: expect.stringMatching(/^auth required/),
  });
  expect(await rpc.ask({ type: "hello", token: "wrong" })).toMatchObject({
    success: false,
    error: "invalid token",
  });
  expect(await rpc.ask({ type: "hello" })).toMatchObject({ success: false });
  expect(await rpc.ask({ type: "get_state" })).toMatchObject({ success: false });
  expect(await rpc.ask({ type: "hello", token: "secret" })).toMatchObject({ success: true });
  expect(await rpc.ask({ type: "ping" })).toMatchObject({ success: true });
  await rpc.end();
});

test("a prompt while one runs waits for its turn; an abort stops the running one only", async () => {
  const rpc = serve(endless());
  rpc.send({ type: "prompt", id: "1", message: "first" });
  await rpc.next((line) => line["type"] === "assistant_start");
  rpc.send({ type: "prompt", id: "2", message: "second" });
  expect(await rpc.ask({ type: "get_state" })).toMatchObject({ data: { busy: true } });
  expect(rpc.lines.some((line) => line["id"] === "2")).toBe(false);
  expect(await rpc.ask({ type: "abort" })).toEqual({
    type: "response",
    command: "abort",
    id: "ask-2",
    success: true,
  });
  const lines = await rpc.end();
  const order = lines.flatMap((line) =>
    line["type"] === "done" ? ["done"] : line["command"] === "prompt" ? [line["id"]] : [],
  );
  expect(order).toEqual(["1", "done", "2", "done"]);
  expect(lines.find((line) => line["type"] === "turn_end")).toEqual({
    type: "turn_end",
    stop: "aborted",
    error: "context canceled",
  });
});

test("an abort while nothing runs succeeds and harms nothing", async () => {
  const rpc = serve(make({ provider: scripted(say("one")) }));
  expect(await rpc.ask({ type: "abort" })).toMatchObject({ success: true });
  rpc.send({ type: "prompt", message: "x" });
  expect((await rpc.end()).filter((line) => line["type"] === "turn_end")).toMatchObject([{ stop: "end" }]);
});

test("an abort right behind its prompt, in one piece, stops that prompt", async () => {
  const provider = scripted(play([], untilAborted));
  const rpc = serve(make({ provider }));
  rpc.send({ type: "prompt", message: "x" }, { type: "abort" });
  expect((await rpc.end()).filter((line) => line["type"] === "turn_end")).toMatchObject([
    { stop: "aborted" },
  ]);
});

test("a prompt behind a set_model goes to the new model, though nobody waited for the answer", async () => {
  const provider = scripted(say("x"));
  let answer: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  provider.listModels = async () => {
    await gate;
    return [model("model-b")];
  };
  const rpc = serve(make({ provider }));
  rpc.send(
    { type: "set_model", model: "model-b" },
    { type: "prompt", message: "x" },
    { type: "get_state", id: "s" },
  );
  // What has nothing to do with it is answered meanwhile.
  expect(await rpc.ask({ type: "ping" })).toMatchObject({ success: true });
  expect(provider.requests).toHaveLength(0);
  answer();
  const lines = await rpc.end();
  expect(provider.requests[0]?.model).toBe("model-b");
  expect(lines.find((line) => line["id"] === "s")).toMatchObject({ data: { model: "model-b" } });
});

test("clear and set_model are refused while a prompt runs or waits; nothing changes, and they work after done", async () => {
  const provider = scripted(say("zero"), play([{ type: "response_start" }], untilAborted), say("two"));
  const agent = make({ provider });
  const rpc = serve(agent);
  await rpc.ask({ type: "prompt", message: "before" });
  await rpc.next(isDone);
  rpc.send({ type: "prompt", id: "1", message: "first" }, { type: "clear", id: "at once" });
  await rpc.next((line) => line["type"] === "assistant_start" && agent.transcript.messages.length === 3);
  rpc.send({ type: "prompt", id: "2", message: "second" });
  for (const request of [{ type: "clear" }, { type: "set_model", model: "model-b" }]) {
    const answer = await rpc.ask(request);
    expect(answer).toMatchObject({ command: request.type, success: false });
    expect(answer["error"]).toContain("agent is busy");
  }
  expect(await rpc.next(({ id }) => id === "at once")).toMatchObject({ success: false });
  expect(await rpc.ask({ type: "get_state" })).toMatchObject({
    data: { busy: true, model: "model-a", message_count: 3 },
  });
  rpc.send({ type: "abort" }, { type: "clear", id: "behind the abort" });
  // The one that waits is a reason as well.
  expect(await rpc.next(({ id }) => id === "behind the abort")).toMatchObject({ success: false });
  await rpc.next(isDone);
  await rpc.next(isDone);
  expect(provider.requests.map((request) => request.model)).toEqual(["model-a", "model-a", "model-a"]);
  expect(agent.transcript.messages).toHaveLength(5);
  expect(await rpc.ask({ type: "get_state" })).toMatchObject({ data: { busy: false } });
  expect(await rpc.ask({ type: "set_model", model: "model-b" })).toMatchObject({ success: true });
  expect(await rpc.ask({ type: "clear" })).toMatchObject({ success: true });
  expect(agent.transcript.messages).toEqual([]);
  await rpc.end();
});

test("who has read done may clear at once, also while a slow listener still holds up the run", async () => {
  const agent = make({ provider: scripted(say("one"), say("two")) });
  const rpc = serve(agent);
  let release: () => void = () => undefined;
  agent.subscribe(({ type }) =>
    type === "run_end" ? new Promise<void>((resolve) => (release = resolve)) : undefined,
  );
  rpc.send({ type: "prompt", message: "x" });
  await rpc.next(isDone);
  expect(await rpc.ask({ type: "get_state" })).toMatchObject({ data: { busy: false } });
  expect(await rpc.ask({ type: "clear" })).toMatchObject({ success: true });
  expect(agent.transcript.messages).toEqual([]);
  release();
  await rpc.end();
});

test("clear is refused while a summary is made and while somebody else uses the agent", async () => {
  const long = [say("x".repeat(9_000)), say("y".repeat(9_000))];
  const provider = scripted(...long, play([], untilAborted), play([], untilAborted));
  const agent = make({ provider, modelInfo: async () => undefined });
  const rpc = serve(agent);
  await converse(rpc, "one", "two");
  await rpc.ask({ type: "compact" });
  expect(await rpc.ask({ type: "clear" })).toMatchObject({ success: false });
  expect(await rpc.ask({ type: "get_state" })).toMatchObject({ data: { busy: true, message_count: 4 } });
  agent.abort();
  await agent.idle();
  const other = agent.prompt("from elsewhere");
  expect(await rpc.ask({ type: "clear" })).toMatchObject({ success: false });
  agent.abort();
  await other;
  expect(await rpc.ask({ type: "clear" })).toMatchObject({ success: true });
  await rpc.end();
});

test("set_model is refused when the agent is put to work elsewhere while its list of models is asked for", async () => {
  const provider = scripted(play([], untilAborted));
  const { listModels } = provider;
  let answer: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  provider.listModels = () => gate.then(() => listModels());
  const agent = make({ provider, modelInfo: async () => undefined });
  const rpc = serve(agent);
  rpc.send({ type: "set_model", id: "m", model: "model-b" });
  await rpc.ask({ type: "ping" });
  const other = agent.prompt("from elsewhere");
  answer();
  expect(await rpc.next(({ id }) => id === "m")).toMatchObject({ success: false });
  expect(agent.model).toBe("model-a");
  agent.abort();
  await other;
  await rpc.end();
});

test("changes of an idle agent are made in their order, without waiting for answers", async () => {
  const agent = make({ provider: scripted(say("one"), say("two")) });
  const rpc = serve(agent);
  await rpc.ask({ type: "prompt", message: "x" });
  await rpc.next(isDone);
  rpc.send({ type: "set_model", model: "model-b" }, { type: "clear" }, { type: "prompt", message: "y" });
  const lines = await rpc.end();
  expect(lines.filter(({ success }) => success === false)).toEqual([]);
  expect(agent.transcript.messages).toMatchObject([
    { role: "user", content: [{ text: "y" }] },
    { role: "assistant", content: [{ text: "two" }] },
  ]);
});

test("a failing model: an error and then done, and the next prompt works", async () => {
  const provider = scripted(failAfter([], providerError({ message: "copilot: http 400: no" })), say("two"));
  const rpc = serve(make({ provider }));
  rpc.send({ type: "prompt", message: "x" }, { type: "prompt", message: "y" });
  const lines = await rpc.end();
  const failed = lines.slice(1, lines.findIndex(isDone) + 1);
  expect(failed.slice(1)).toEqual([
    { type: "turn_start", step: 1 },
    { type: "turn_end", stop: "error", error: "copilot: http 400: no" },
    { type: "error", message: "copilot: http 400: no" },
    { type: "done" },
  ]);
  expect(lines.at(-2)).toMatchObject({ type: "turn_end", stop: "end" });
});

test("an error in a handler is that request's answer", async () => {
  const provider = scripted();
  provider.listModels = () => Promise.reject(new Error("no network"));
  const rpc = serve(make({ provider }));
  expect(await rpc.ask({ type: "get_models" })).toMatchObject({ success: false, error: "no network" });
  expect(await rpc.ask({ type: "set_model", model: "x" })).toMatchObject({
    success: false,
    error: "no network",
  });
  rpc.send({ type: "prompt", message: "still works" });
  await rpc.next(isDone);
  await rpc.end();
});

test("a broken listener elsewhere gives the client no second end of the run", async () => {
  const agent = make({ provider: scripted(say("one"), say("two")) });
  const rpc = serve(agent);
  agent.subscribe((event) => {
    if (event.type === "run_end") throw new Error("a bug in the screen");
  });
  rpc.send({ type: "prompt", message: "x" }, { type: "prompt", message: "y" });
  const lines = await rpc.end();
  expect(lines.filter(isDone)).toHaveLength(2);
  expect(lines.filter((line) => line["type"] === "error")).toHaveLength(0);
});

test("a prompt while somebody else uses the agent ends with an error and done", async () => {
  const agent = endless();
  const other = agent.prompt("from elsewhere");
  const rpc = serve(agent);
  await nextTick();
  rpc.send({ type: "prompt", id: "p", message: "x" });
  expect(await rpc.next((line) => line["type"] === "error")).toMatchObject({
    message: expect.stringMatching(/still working/),
  });
  await rpc.next(isDone);
  agent.abort();
  await other;
  await rpc.end();
});

test("the input ending in the middle of a turn: it runs to its end, and so does what waits", async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const provider = scripted(
    play(answerEvents("one"), () => gate),
    say("two"),
  );
  const rpc = serve(make({ provider }));
  rpc.send({ type: "prompt", message: "x" }, { type: "prompt", message: "y" });
  await rpc.next((line) => line["type"] === "assistant_start");
  rpc.input.end();
  await nextTick();
  release();
  const lines = await rpc.end();
  expect(lines.filter((line) => line["type"] === "text_delta").map((line) => line["delta"])).toEqual([
    "one",
    "two",
  ]);
  expect(lines.at(-1)).toEqual({ type: "done" });
});

test("an input that breaks aborts what runs; a reset is a quiet end, anything else is thrown", async () => {
  for (const [code, throws] of [
    ["ECONNRESET", false],
    ["EBADF", true],
  ] as const) {
    const agent = endless();
    const rpc = serve(agent);
    rpc.send({ type: "prompt", message: "x" });
    await rpc.next((line) => line["type"] === "assistant_start");
    rpc.input.destroy(Object.assign(new Error("broken"), { code }));
    if (throws) await expect(rpc.served).rejects.toThrow("broken");
    else await rpc.served;
    expect(agent.status).toBe("idle");
  }
});

test("the signal ends serving although the input stays open", async () => {
  const controller = new AbortController();
  const agent = endless();
  const rpc = serve(agent, { signal: controller.signal });
  rpc.send({ type: "prompt", message: "x" }, { type: "prompt", message: "never" });
  await rpc.next((line) => line["type"] === "assistant_start");
  controller.abort();
  await rpc.served;
  expect(agent.status).toBe("idle");
  expect(agent.transcript.messages).toHaveLength(1);
  expect(rpc.input.listenerCount("readable")).toBeLessThanOrEqual(1);

  const late = serve(endless(), { signal: AbortSignal.abort() });
  await late.served;
});

test("an output that breaks ends serving and aborts what runs, without an error", async () => {
  const agent = endless();
  const input = new PassThrough();
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      done(chunk.includes("assistant_start") ? Object.assign(new Error("gone"), { code: "EPIPE" }) : null);
    },
  });
  const served = serveRpc(agent, { input, output, version: "1" });
  input.write('{"type":"prompt","message":"x"}\n');
  await served;
  expect(agent.status).toBe("idle");
  expect(output.listenerCount("close")).toBe(0);
});

test("a client that does not read stops the run and the reading, and loses nothing", async () => {
  let produced = 0;
  const provider = scripted(async function* () {
    yield { type: "response_start" };
    for (; produced < 2000; produced += 1) yield { type: "text_delta", text: "x".repeat(1000) };
    yield { type: "finish", reason: "end" };
  });
  const agent = make({ provider });
  const input = new PassThrough();
  const output = new PassThrough({ highWaterMark: 10_000 });
  const served = serveRpc(agent, { input, output, version: "1" });
  input.write('{"type":"prompt","message":"x"}\n');
  input.end('{"type":"ping","id":"late"}\n'.repeat(50));
  // Nobody reads: after a while nothing more is asked of the model.
  const soFar = () => produced;
  let before = -1;
  do {
    before = soFar();
    for (let tick = 0; tick < 50; tick += 1) await nextTick();
  } while (soFar() === 0 || soFar() > before);
  expect(produced).toBeLessThan(100);
  expect(output.writableLength + output.readableLength).toBeLessThan(100_000);
  let text = "";
  output.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await served;
  expect(produced).toBe(2000);
  const lines = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  expect(lines.filter((line) => line.type === "text_delta")).toHaveLength(2000);
  expect(lines.filter((line) => line.id === "late")).toHaveLength(50);
  expect(output.listenerCount("drain")).toBe(0);
});

test("a client that does not read cannot hold up the end", async () => {
  const controller = new AbortController();
  const output = new PassThrough({ highWaterMark: 10 });
  const agent = make({ provider: scripted(say("x".repeat(100_000))) });
  const input = new PassThrough();
  const served = serveRpc(agent, { input, output, version: "1", signal: controller.signal });
  input.write('{"type":"prompt","message":"x"}\n');
  while (!output.writableNeedDrain) await nextTick();
  controller.abort();
  await served;
  expect(agent.status).toBe("idle");
});

test("serving leaves no listeners behind", async () => {
  const controller = new AbortController();
  const output = new PassThrough();
  output.resume();
  const agent = make({ provider: scripted() });
  const names = ["error", "close", "drain"];
  const count = () => names.map((name) => output.listenerCount(name));
  const before = count();
  for (let round = 0; round < 3; round += 1) {
    const input = new PassThrough();
    input.end('{"type":"ping"}\n');
    await serveRpc(agent, { input, output, version: "1", signal: controller.signal });
  }
  expect(count()).toEqual(before);
});

test("compact: started, then the summary; an error when there is nothing to do; nothing when it was stopped", async () => {
  const agent = createAgent({
    provider: scripted(
      say("x".repeat(9_000)),
      say("y".repeat(9_000)),
      say("the gist"),
      play([], untilAborted),
      say("later"),
    ),
    model: "model-a",
    modelInfo: async () => undefined,
  });
  const rpc = serve(agent);
  rpc.send({ type: "compact", id: "c0" });
  expect(await rpc.next(({ type }) => type === "error")).toMatchObject({
    message: "the conversation is short already",
  });
  for (const message of ["one", "two"]) {
    await rpc.ask({ type: "prompt", message });
    await rpc.next(({ type }) => type === "done");
  }
  expect(await rpc.ask({ type: "compact" })).toMatchObject({ success: true, data: { started: true } });
  expect(await rpc.next(({ type }) => type === "compact_done")).toEqual({
    type: "compact_done",
    summary: "the gist",
  });
  const lines = rpc.lines.length;
  expect(await rpc.ask({ type: "compact" })).toMatchObject({ success: true });
  expect(await rpc.ask({ type: "abort" })).toMatchObject({ success: true });
  expect(await rpc.ask({ type: "prompt", message: "three" })).toMatchObject({ success: true });
  await rpc.next(({ type, content }) => type === "user_message" && JSON.stringify(content).includes("three"));
  expect(rpc.lines.slice(lines).filter(({ type }) => type === "compact_done" || type === "error")).toEqual(
    [],
  );
  await rpc.end();
});

test("a summary is told as the bare text, and its usage as auxiliary", async () => {
  const long = (text: string) => say(`- [ ] an open task\n${text.repeat(9_000)}`);
  const provider = scripted(long("x"), long("y"), say("the gist"), say("more"));
  const agent = make({ provider, modelInfo: async () => undefined });
  const rpc = serve(agent);
  await converse(rpc, "one", "two");
  await rpc.ask({ type: "compact" });
  expect(await rpc.next(({ type }) => type === "compact_done")).toMatchObject({ summary: "the gist" });
  await converse(rpc, "three");
  const usages = rpc.lines.filter(({ type }) => type === "usage");
  expect(usages.map((line) => line["auxiliary"])).toEqual([undefined, undefined, true, undefined]);
  expect(usages.map((line) => "auxiliary" in line)).toEqual([false, false, true, false]);
  // What else is kept word for word stands in the conversation.
  expect(JSON.stringify(await rpc.ask({ type: "get_messages" }))).toContain("## Open tasks");
  await rpc.end();
});

test("what a call costs is told for the call and in all, and null with the reason when nobody knows", async () => {
  const priced = (nanoAiu?: number) =>
    play(
      answerEvents("hi").map((event): ModelEvent => {
        if (event.type !== "usage") return event;
        return { ...event, usage: { ...event.usage, ...(nanoAiu !== undefined && { nanoAiu }) } };
      }),
    );
  const rpc = serve(make({ provider: scripted(priced(250_000_000), priced()) }));
  const costs: unknown[] = [];
  for (const message of ["one", "two"]) {
    rpc.send({ type: "prompt", message });
    const { credits, credits_reason, reasoning, cumulative } = await rpc.next(
      (line) => line["type"] === "usage",
    );
    costs.push([credits, credits_reason, reasoning, (cumulative as Record<string, unknown>)["credits"]]);
    await rpc.next(isDone);
  }
  expect(costs).toEqual([
    [0.25, undefined, 0, 0.25],
    [null, "the service did not say what it costs", 0, 0.25],
  ]);
  expect(await rpc.ask({ type: "get_state" })).toMatchObject({
    data: {
      usage: {
        credits: 0.25,
        credits_reason: "one call is missing: the service did not say what they cost",
      },
    },
  });
  await rpc.end();
});
