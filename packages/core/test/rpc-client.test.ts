import { PassThrough } from "node:stream";
import { setImmediate as nextTick } from "node:timers/promises";
import { expect, test } from "vitest";
import { createAgent, type Agent } from "../src/index.ts";
import { createRpcClient, serveRpc, type RpcClient, type WireEvent } from "../src/rpc/index.ts";
import { types } from "./support/run.ts";
import { failAfter, play, providerError, say, scripted, untilAborted } from "./support/scripted.ts";

/** A client and the server it talks to, over a pair of streams. */
function connect(agent: Agent): { client: RpcClient; served: Promise<void> } {
  const requests = new PassThrough();
  const responses = new PassThrough();
  const served = serveRpc(agent, { input: requests, output: responses, version: "1.2.3" }).finally(() =>
    responses.end(),
  );
  return { client: createRpcClient({ input: responses, output: requests }), served };
}

const make = (...answers: Parameters<typeof scripted>) =>
  createAgent({ provider: scripted(...answers), model: "model-a", cwd: "/project" });

/** A client whose server is played by the test. */
function alone() {
  const fromServer = new PassThrough();
  const toServer = new PassThrough();
  return { client: createRpcClient({ input: fromServer, output: toServer }), fromServer, toServer };
}

test("requests are answered, refusals are thrown with the server's sentence", async () => {
  const { client, served } = connect(make());
  expect(await client.request({ type: "hello" })).toMatchObject({ protocol_version: 1, version: "1.2.3" });
  expect(
    await Promise.all([client.request({ type: "ping" }), client.request({ type: "get_state" })]),
  ).toMatchObject([{ pong: true }, { busy: false }]);
  await expect(client.request({ type: "set_model", model: "none" })).rejects.toMatchObject({
    code: "request_refused",
    message: 'unknown model "none" (provider="scripted")',
  });
  expect(await client.request({ type: "abort" })).toEqual({});
  client.close();
  await served;
});

test("a prompt yields the events of its run, and done is the last", async () => {
  const { client, served } = connect(make(say("hi")));
  const events = await Array.fromAsync(client.prompt("hello"));
  expect(types(events)).toEqual([
    "user_message",
    "turn_start",
    "assistant_start",
    "text_delta",
    "usage",
    "assistant_message",
    "turn_end",
    "done",
  ]);
  client.close();
  await served;
});

test("prompts at once run one after another, each with its own events", async () => {
  const { client, served } = connect(
    make(say("one"), failAfter([], providerError({ message: "no" })), say("three")),
  );
  const runs = await Promise.all(["a", "b", "c"].map((text) => Array.fromAsync(client.prompt(text))));
  const summary = runs.map((events) =>
    events.flatMap((event) =>
      event.type === "text_delta" || event.type === "error" ? [event["delta"] ?? event["message"]] : [],
    ),
  );
  expect(summary).toEqual([["one"], ["no"], ["three"]]);
  for (const events of runs) expect(events.filter((event) => event.type === "done")).toHaveLength(1);
  client.close();
  await served;
});

test("leaving the loop early aborts the run, and only that one", async () => {
  const agent = make(play([{ type: "response_start" }], untilAborted), say("two"));
  const { client, served } = connect(agent);
  for await (const event of client.prompt("first")) {
    if (event.type === "assistant_start") break;
  }
  const second = await Array.fromAsync(client.prompt("second"));
  expect(second.find((event) => event.type === "user_message")).toMatchObject({
    content: [{ text: "second" }],
  });
  expect(second.find((event) => event.type === "turn_end")).toMatchObject({ stop: "end" });
  client.close();
  await served;
});

test("leaving at the very end aborts nothing", async () => {
  const { client, served } = connect(make(say("one"), say("two")));
  for await (const event of client.prompt("first")) if (event.type === "done") break;
  expect((await Array.fromAsync(client.prompt("second"))).at(-2)).toMatchObject({ stop: "end" });
  client.close();
  await served;
});

test("a reader that is slower than the server loses nothing, and other requests are answered meanwhile", async () => {
  const deltas = Array.from({ length: 500 }, (_, index) => ({
    type: "text_delta" as const,
    text: `${index};`,
  }));
  const { client, served } = connect(
    make(play([{ type: "response_start" }, ...deltas, { type: "finish", reason: "end" }])),
  );
  let text = "";
  for await (const event of client.prompt("x")) {
    if (event.type !== "text_delta") continue;
    text += String(event["delta"]);
    if (text.length % 7 === 0) await client.request({ type: "ping" });
  }
  expect(text).toBe(deltas.map((delta) => delta.text).join(""));
  client.close();
  await served;
});

test("lines that are no messages are passed over", async () => {
  const { client, fromServer, toServer } = alone();
  const asked = client.request({ type: "ping" });
  expect(JSON.parse(String(toServer.read()))).toEqual({ type: "ping", id: "1" });
  fromServer.write(
    '> zotpilot@1.0.0 start\n\nnull\n[]\n42\n{"type":"response","id":"unknown","success":true}\n',
  );
  fromServer.write('{"type":"response","command":"ping","id":"1","success":true,"data":{"pong":true}}\n');
  expect(await asked).toEqual({ pong: true });
});

test("when the server goes away everything that waits is rejected, and so is what comes later", async () => {
  const { client, fromServer } = alone();
  const asked = client.request({ type: "ping" });
  const prompted = Array.fromAsync(client.prompt("x"));
  const queued = Array.fromAsync(client.prompt("y"));
  const gone = { code: "connection_closed", message: "the server closed the connection" };
  const outcomes = Promise.allSettled([asked, prompted, queued]);
  await nextTick();
  fromServer.end('{"torn":');
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: gone });
  await expect(client.request({ type: "ping" })).rejects.toMatchObject(gone);
  await expect(client.prompt("x").next()).rejects.toMatchObject(gone);
});

test("a server that dies in the middle of a run: the events so far, then the error", async () => {
  const { client, fromServer } = alone();
  const events: WireEvent[] = [];
  const reading = (async () => {
    for await (const event of client.prompt("x")) events.push(event);
  })();
  const rejected = expect(reading).rejects.toMatchObject({
    code: "connection_closed",
    message: expect.stringMatching(/broke: reset/),
  });
  await nextTick();
  fromServer.write(
    '{"type":"response","command":"prompt","id":"1","success":true}\n{"type":"turn_start","step":1}\n',
  );
  await nextTick();
  fromServer.destroy(new Error("reset"));
  await rejected;
  expect(types(events)).toEqual(["turn_start"]);
});

test("a server that takes no more requests rejects them", async () => {
  const { client, toServer } = alone();
  const asked = client.request({ type: "ping" });
  toServer.destroy(new Error("EPIPE"));
  await expect(asked).rejects.toMatchObject({
    code: "connection_closed",
    message: expect.stringMatching(/takes no more requests: EPIPE/),
  });
});

test("a request that no server would take is refused at once", async () => {
  const { client, toServer } = alone();
  await expect(
    client.request({ type: "prompt", message: "x".repeat(64 * 1024 * 1024) }),
  ).rejects.toMatchObject({ code: "request_refused" });
  expect(toServer.readableLength).toBe(0);
});
