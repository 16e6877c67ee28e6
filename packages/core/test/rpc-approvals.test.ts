import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createAgent } from "../src/index.ts";
import { createRpcClient, serveRpc, type RpcApproval, type RpcApprovalAnswer } from "../src/rpc/index.ts";
import { asking, touchTool } from "./support/asking.ts";
import { isDone, serve } from "./support/rpc.ts";
import { call, say, scripted } from "./support/scripted.ts";

type Value = Record<string, unknown>;

/** An agent that asks about the calls of its first answer. */
function make(texts: readonly string[] = ["a"], remember: readonly string[] = []) {
  const { tool, ran } = touchTool();
  const calls = texts.map((text) => ({ id: `call-${text}`, name: "touch", arguments: { text } }));
  const provider = scripted(call(...calls), say("done"));
  const agent = createAgent({
    provider,
    model: "model-a",
    cwd: "/project",
    tools: [tool],
    middleware: [asking(remember)],
  });
  return { agent, provider, ran };
}

const isAsked = (line: Value): boolean => line["type"] === "approval_request";
const results = (lines: readonly Value[]): unknown[] =>
  lines
    .filter((line) => line["type"] === "tool_result")
    .map((line) => (line["content"] as Value[])[0]?.["text"]);
const answerTo = (asked: Value, decision: string, more: Value = {}): Value => ({
  type: "respond",
  request_id: asked["id"],
  digest: asked["digest"],
  decision,
  ...more,
});

test("S-H9: a client that does not say that it answers is never asked", async () => {
  for (const hello of [[], [{ type: "hello" }], [{ type: "hello", approvals: false }]]) {
    const { agent, ran } = make();
    const rpc = serve(agent);
    rpc.send(...hello, { type: "prompt", message: "go" });
    const lines = await rpc.end();
    expect(results(lines)).toEqual(["nobody to ask"]);
    expect(lines.filter((line) => String(line["type"]).startsWith("approval"))).toEqual([]);
    expect(ran).toEqual([]);
  }
});

test("a client that says so is asked with everything there is to know, and its yes runs the call", async () => {
  const { agent, ran } = make();
  const rpc = serve(agent);
  expect(await rpc.ask({ type: "hello", approvals: true })).toMatchObject({ data: { approvals: true } });
  rpc.send({ type: "prompt", message: "go" });
  const asked = await rpc.next(isAsked);
  expect(asked).toEqual({
    type: "approval_request",
    id: "asked-1",
    digest: JSON.stringify(["touch", '{"text":"a"}']),
    call_id: "call-a",
    name: "touch",
    args: { text: "a" },
    cwd: "/project",
    risk: "execute",
    reasons: ["it runs something"],
    writes: [],
    hosts: [],
    remember: [],
  });
  // Everything else goes on meanwhile.
  expect(await rpc.ask({ type: "get_state" })).toMatchObject({ data: { busy: true } });
  expect(await rpc.ask(answerTo(asked, "allow"))).toEqual({
    type: "response",
    command: "respond",
    id: expect.any(String),
    success: true,
  });
  await rpc.next(isDone);
  const lines = await rpc.end();
  expect(lines).toContainEqual({ type: "approval_response", id: "asked-1", decision: "allow" });
  expect(results(lines)).toEqual(["touched a"]);
  expect(ran).toEqual(["a"]);
});

test("a refusal tells the model why", async () => {
  const { agent, provider } = make();
  const rpc = serve(agent);
  rpc.send({ type: "hello", approvals: true }, { type: "prompt", message: "go" });
  await rpc.ask(answerTo(await rpc.next(isAsked), "deny", { reason: "use the other file" }));
  await rpc.next(isDone);
  await rpc.end();
  expect(provider.requests[1]?.messages.at(-1)).toMatchObject({
    isError: true,
    content: [{ type: "text", text: "use the other file" }],
  });
});

test("S-H3, S-H9: answers that do not fit are refused in a sentence, and the question still waits", async () => {
  const { agent, ran } = make();
  const rpc = serve(agent);
  rpc.send({ type: "hello", approvals: true }, { type: "prompt", message: "go" });
  const asked = await rpc.next(isAsked);
  const bad: [request: Value, error: RegExp][] = [
    [answerTo({ ...asked, id: "other" }, "allow"), /^no approval waits with the id "other"/],
    [answerTo({ ...asked, digest: "other" }, "allow"), /^the digest is not that of the approval_request/],
    [answerTo(asked, "allow", { remember: "project" }), /^this call cannot be allowed for longer/],
    [answerTo(asked, "allow", { remember: "ever" }), /^respond: "remember" must be "session" or "project"/],
    [answerTo(asked, "yes"), /^respond: "decision" must be "allow" or "deny", got "yes"$/],
  ];
  for (const [request, error] of bad) {
    expect(await rpc.ask(request)).toMatchObject({ success: false, error: expect.stringMatching(error) });
    expect(agent.approvals).toHaveLength(1);
  }
  expect(await rpc.ask(answerTo(asked, "deny"))).toMatchObject({ success: true });
  expect(await rpc.ask(answerTo(asked, "allow"))).toMatchObject({
    success: false,
    error: expect.stringMatching(/may have been answered before$/),
  });
  await rpc.next(isDone);
  await rpc.end();
  expect(ran).toEqual([]);
});

test("questions about calls side by side are answered in any order", async () => {
  const { agent, ran } = make(["a", "b", "c"], ["touch(*)"]);
  const rpc = serve(agent);
  rpc.send({ type: "hello", approvals: true }, { type: "prompt", message: "go" });
  const asked = [await rpc.next(isAsked), await rpc.next(isAsked), await rpc.next(isAsked)];
  await rpc.ask(answerTo(asked[2] ?? {}, "allow", { remember: "project" }));
  await rpc.ask(answerTo(asked[0] ?? {}, "deny"));
  await rpc.ask(answerTo(asked[1] ?? {}, "allow", { remember: "session" }));
  await rpc.next(isDone);
  expect(results(await rpc.end())).toEqual(["user declined", "touched b", "touched c"]);
  expect(ran.toSorted()).toEqual(["b", "c"]);
});

test("an abort ends the question with its run", async () => {
  const { agent, ran } = make();
  const rpc = serve(agent);
  rpc.send({ type: "hello", approvals: true }, { type: "prompt", message: "go" });
  const asked = await rpc.next(isAsked);
  expect(await rpc.ask({ type: "abort" })).toMatchObject({ success: true });
  expect(await rpc.next((line) => line["type"] === "approval_response")).toEqual({
    type: "approval_response",
    id: "asked-1",
    decision: "deny",
    reason: "cancelled",
  });
  await rpc.next(isDone);
  expect(await rpc.ask(answerTo(asked, "allow"))).toMatchObject({ success: false });
  await rpc.end();
  expect(ran).toEqual([]);
});

test("S-H9: what waits is refused when the input ends, or the client takes its word back", async () => {
  for (const way of ["end", "false"] as const) {
    const { agent, ran } = make();
    const rpc = serve(agent);
    rpc.send({ type: "hello", approvals: true }, { type: "prompt", message: "go" });
    await rpc.next(isAsked);
    if (way === "false") {
      expect(await rpc.ask({ type: "hello", approvals: false })).toMatchObject({
        data: { approvals: false },
      });
      await rpc.next(isDone);
    }
    const lines = await rpc.end();
    expect(results(lines)).toEqual(["user cancelled: nobody is there any more to answer"]);
    expect(lines.at(-1)).toEqual({ type: "done" });
    expect(ran).toEqual([]);
  }
});

test("S-H9: a client that goes away leaves nothing waiting, and nobody is asked for the next one", async () => {
  const { agent, ran } = make();
  const output = new PassThrough();
  output.resume();
  const asked = new Promise<void>((resolve) => {
    agent.subscribe(({ type }) => type === "approval_request" && resolve());
  });
  const rpc = serve(agent, { output });
  rpc.send({ type: "hello", approvals: true }, { type: "prompt", message: "go" });
  await asked;
  output.destroy();
  await rpc.served;
  expect(agent.approvals).toEqual([]);
  expect(agent.status).toBe("idle");
  expect(ran).toEqual([]);
  const next = serve(agent);
  next.send({ type: "prompt", message: "again" });
  expect((await next.end()).filter(isAsked)).toEqual([]);
});

test("with a token nobody answers, or says that they do, before it was brought", async () => {
  const { agent, ran } = make();
  const rpc = serve(agent, { token: "secret" });
  expect(await rpc.ask({ type: "hello", approvals: true })).toMatchObject({
    success: false,
    error: "invalid token",
  });
  const running = agent.prompt("go");
  expect(
    await rpc.ask({ type: "respond", request_id: "asked-1", digest: "", decision: "allow" }),
  ).toMatchObject({ success: false, error: expect.stringMatching(/^auth required/) });
  await running;
  await rpc.end();
  expect(ran).toEqual([]);
});

/** The client of this package, with its server. */
function connect({ agent }: ReturnType<typeof make>) {
  const requests = new PassThrough();
  const responses = new PassThrough();
  const served = serveRpc(agent, { input: requests, output: responses, version: "1.2.3" }).finally(() =>
    responses.end(),
  );
  return { client: createRpcClient({ input: responses, output: requests }), served, responses };
}

test("client: its handler is asked, and what it says or throws is the answer", async () => {
  const answers: [handler: (approval: RpcApproval) => RpcApprovalAnswer, result: string][] = [
    [() => ({ decision: "allow" }), "touched a"],
    [() => ({ decision: "allow", remember: "project" }), "touched a"],
    [
      ({ name, args }) => ({ decision: "deny", reason: `${name} ${JSON.stringify(args)}` }),
      'touch {"text":"a"}',
    ],
    [() => ({ decision: "deny" }), "user declined"],
    [
      () => {
        throw new Error("the window is gone");
      },
      "user cancelled: the question failed",
    ],
    [() => ({ decision: "perhaps" }) as never, "user cancelled: the question failed"],
    [() => undefined as never, "user cancelled: the question failed"],
  ];
  for (const [handler, result] of answers) {
    const { client, served } = connect(make());
    await client.onApproval(async () => ({ decision: "deny", reason: "an earlier handler" }));
    await client.onApproval(handler);
    expect(results(await Array.fromAsync(client.prompt("go")))).toEqual([result]);
    client.close();
    await served;
  }
});

test("client: a handler hears that its question no longer waits", async () => {
  const made = make();
  const { client, served } = connect(made);
  const cancelled = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await client.onApproval(async (_, { signal }) => {
    signal.addEventListener("abort", () => cancelled.resolve(), { once: true });
    asked.resolve();
    await cancelled.promise;
    return { decision: "allow" };
  });
  const run = Array.fromAsync(client.prompt("go"));
  await asked.promise;
  await client.request({ type: "abort" });
  await cancelled.promise;
  expect((await run).at(-1)).toEqual({ type: "done" });
  expect(made.ran).toEqual([]);
  client.close();
  await served;
});

test("client: the end of the connection ends the question", async () => {
  const { client, responses } = connect(make());
  const cancelled = Promise.withResolvers<void>();
  await client.onApproval(async (_, { signal }) => {
    signal.addEventListener("abort", () => cancelled.resolve(), { once: true });
    responses.end();
    return new Promise(() => undefined);
  });
  await expect(Array.fromAsync(client.prompt("go"))).rejects.toMatchObject({ code: "connection_closed" });
  await cancelled.promise;
});

test("client: a server of an earlier version is told apart", async () => {
  const fromServer = new PassThrough();
  const toServer = new PassThrough();
  const client = createRpcClient({ input: fromServer, output: toServer });
  fromServer.write(
    '{"type":"response","command":"hello","id":"1","success":true,"data":{"version":"0.1"}}\n',
  );
  await expect(client.onApproval(() => ({ decision: "allow" }))).rejects.toMatchObject({
    code: "request_refused",
    message: "the server does not ask about calls: it decides by itself",
  });
});
