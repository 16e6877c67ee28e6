import { expect, test } from "vitest";
import { answer, createSimulator, type Simulator } from "../src/index.ts";
import { chat, message, parseEvents, respond } from "./client.ts";
import { capi, read } from "./scenarios/check.ts";

/** How to ask on each endpoint, and where the pieces of its texts and arguments are. */
const ENDPOINTS = [
  {
    path: "/chat/completions",
    ask: chat,
    text: /"content":("[^"]+")/g,
    json: /"arguments":("(?:[^"\\]|\\.)+")/g,
  },
  {
    path: "/responses",
    ask: respond,
    text: /output_text\.delta".*?"delta":("[^"]+")/g,
    json: /arguments\.delta".*?"delta":("(?:[^"\\]|\\.)+")/g,
  },
  {
    path: "/v1/messages",
    ask: message,
    text: /"text_delta","text":("[^"]+")/g,
    json: /"partial_json":("(?:[^"\\]|\\.)+")/g,
  },
] as const;

const SAID = "Grüße — 日本 ✓, one two three four.";

const joined = (text: string, pattern: RegExp): string =>
  [...text.matchAll(pattern)].map(([, piece = '""']) => JSON.parse(piece) as string).join("");

/** The whole text of an answer, and whether it came to its end. */
async function readAll(response: Response): Promise<{ text: string; broke: boolean }> {
  let text = "";
  const decoder = new TextDecoder();
  try {
    for await (const piece of response.body ?? []) text += decoder.decode(piece, { stream: true });
    return { text, broke: false };
  } catch {
    return { text, broke: true };
  }
}

test.each(ENDPOINTS)("$path: an answer can be written in every way", async ({ ask, text }) => {
  for (const name of ["byte_by_byte", "split_utf8", "crlf", "data_without_space", "gzip"]) {
    await using simulator = await createSimulator({
      scenarios: [`frame.${name}`],
      answer: answer.text(SAID),
    });
    const got = await readAll(await ask(simulator, {}));
    expect([name, joined(got.text, text)]).toEqual([name, SAID]);
  }
});

test.each(ENDPOINTS)("$path: an answer can break off inside of a tool call", async ({ ask, json }) => {
  for (const [name, broke] of [
    ["cut.mid_tool_args", true],
    ["cut.clean_end_mid_tool_args", false],
  ] as const) {
    const calls = [{ name: "read", arguments: { path: "a/long/path/to/a/file.txt" } }];
    await using simulator = await createSimulator({ scenarios: [name], answer: answer.toolCalls(calls) });
    const got = await readAll(await ask(simulator, {}));
    expect([name, got.broke]).toEqual([name, broke]);
    // It ends inside of the last piece, and what came before it are no whole arguments.
    expect(got.text).not.toMatch(/\n$/);
    expect(joined(got.text, json)).toBe('{"path":"a/long/path/to/');
  }
});

test.each(ENDPOINTS)("$path: an answer without tool calls gets some to break off in", async ({ ask }) => {
  await using simulator = await createSimulator({
    scenarios: ["cut.clean_end_mid_tool_args"],
    answer: answer.text(SAID),
  });
  const got = await readAll(await ask(simulator, {}));
  expect(got.text).toContain('"name":"read_file"');
  expect(got.text).not.toMatch(/"finish_reason":"tool_calls"|response\.completed|message_stop/);
});

test.each(ENDPOINTS)("$path: limits, dead tokens and redirects are as everywhere", async ({ ask }) => {
  const statusOf = async (name: string): Promise<number> => {
    await using simulator = await createSimulator({ scenarios: [name], answer: answer.text(SAID) });
    const response = await ask(simulator, {});
    await response.text();
    return response.status;
  };
  expect(await statusOf("capi.401_always")).toBe(401);
  expect(await statusOf("limit.429_long")).toBe(429);
  expect(await statusOf("limit.402_quota_exceeded")).toBe(402);
  // Without `redirect: "manual"` the client goes on to the other origin, without its token.
  expect(await statusOf("redirect.307")).toBe(401);
});

test("only the endpoints in the list of a model take it", async () => {
  await using simulator = await createSimulator({ answer: answer.text(SAID) });
  const { data } = JSON.parse((await capi(simulator, "/models")).text) as {
    data: {
      id: string;
      supported_endpoints?: string[];
      policy?: { state: string };
      capabilities: { type: string };
    }[];
  };
  const open = data.filter(
    ({ capabilities, policy }) => capabilities.type === "chat" && (policy?.state ?? "enabled") === "enabled",
  );
  const told = open.map(({ id, supported_endpoints: endpoints = ["/chat/completions"] }) => [
    id,
    ENDPOINTS.map(({ path }) => endpoints.includes(path)),
  ]);
  const taken: unknown[] = [];
  for (const { id } of open) {
    const statuses = [];
    for (const { ask } of ENDPOINTS) statuses.push((await read(ask(simulator, { model: id }))).status);
    taken.push([id, statuses.map((status) => status === 200)]);
  }
  expect(taken).toEqual(told);
  // Each endpoint has a model that is on no other.
  const alone = new Set(told.map(([, list]) => String(list)));
  expect([...alone]).toEqual(
    expect.arrayContaining(["true,false,false", "false,true,false", "false,false,true"]),
  );
});

test("a prompt on any endpoint is a premium request, once for each turn of a person", async () => {
  await using simulator = await createSimulator({ answer: answer.text(SAID) });
  const left = async (
    ask: (simulator: Simulator, body: Record<string, unknown>, options: object) => Promise<Response>,
    model: string,
    initiator: string,
  ) => {
    const response = await ask(simulator, { model }, { headers: { "x-initiator": initiator } });
    await response.text();
    const next = await capi(simulator, "/models");
    return /rem=([\d.]+)/.exec(next.headers.get("x-quota-snapshot-premium_interactions") ?? "")?.[1];
  };
  expect(await left(respond, "gpt-5.2-codex", "user")).toBe("99.7");
  expect(await left(respond, "gpt-5.2-codex", "agent")).toBe("99.7");
  expect(await left(message, "claude-sonnet-4.5", "user")).toBe("99.3");
  expect(await left(chat, "claude-sonnet-4.5", "user")).toBe("99.0");
});

test("words are paced on every endpoint, and tool calls are not", async () => {
  await using simulator = await createSimulator({ pace: 15, answer: answer.text("one two three four") });
  for (const { ask } of ENDPOINTS) {
    const begin = performance.now();
    await (await ask(simulator, {})).text();
    // Only a lower bound: a pause is never shorter than it should be.
    expect(performance.now() - begin).toBeGreaterThan(55);
  }
  simulator.answerWith(answer.toolCalls([{ name: "read", arguments: { path: "x".repeat(100_000) } }]));
  // With pauses this would be two minutes for each, and the test would run out of time.
  for (const { ask, json } of ENDPOINTS) {
    expect(joined(await (await ask(simulator, {})).text(), json)).toContain("x".repeat(100_000));
  }
});

test("the stream of a client that stops reading breaks on every endpoint", async () => {
  await using simulator = await createSimulator({ answer: answer.stall(answer.text("one two three"), 2) });
  for (const { ask, path } of ENDPOINTS) {
    const stop = new AbortController();
    const response = await ask(simulator, {}, { signal: stop.signal });
    expect(response.status).toBe(200);
    stop.abort();
    await expect
      .poll(() => simulator.requests.at(-1), { timeout: 20_000, interval: 5 })
      .toMatchObject({ path, aborted: true });
  }
});

test("events of named streams agree with their names", async () => {
  await using simulator = await createSimulator({ answer: answer.text(SAID) });
  for (const ask of [respond, message]) {
    expect(parseEvents(await (await ask(simulator, {})).text()).length).toBeGreaterThan(8);
  }
});

test("a turn of three calls, and an answer to be cancelled, on every endpoint", async () => {
  await using simulator = await createSimulator({
    scenarios: ["capi.initiator_log"],
    answer: answer.text("That was all."),
  });
  const call = (id: string) => ({ type: "function_call", call_id: id, name: "read", arguments: "{}" });
  const output = (id: string) => ({ type: "function_call_output", call_id: id, output: "x" });
  const use = (id: string) => [
    { role: "assistant", content: [{ type: "tool_use", id, name: "read", input: {} }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: "x" }] },
  ];
  const user = { role: "user", content: "hi" };
  for (const [ask, field, turns] of [
    [respond, "input", [[], [call("a"), output("a")], [call("b"), output("b")]]],
    [message, "messages", [[], use("a"), use("b")]],
  ] as const) {
    const sent: unknown[] = [user];
    const said = [];
    for (const turn of turns) {
      sent.push(...turn);
      said.push(await (await ask(simulator, { [field]: sent })).text());
    }
    expect(said.map((text) => text.includes('"name":"read"'))).toEqual([true, true, false]);
    expect(said[2]).toContain("all.");
  }
  simulator.clearScenarios();
  simulator.use("abort");
  for (const { ask, path, text } of ENDPOINTS) {
    const stop = new AbortController();
    const response = await ask(simulator, {}, { signal: stop.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let read = "";
    while (joined(read, text) === "") read += (await reader?.read())?.value ?? "";
    expect(joined(read, text)).toMatch(/^1/);
    stop.abort();
    await expect
      .poll(() => simulator.requests.at(-1), { timeout: 20_000, interval: 5 })
      .toMatchObject({ path, aborted: true });
  }
});

test("the log says which scenarios had a say in an answer, and which let it through", async () => {
  await using simulator = await createSimulator({
    scenarios: ["quota.headers", "limit.500_then_ok", "frame.gzip"],
  });
  for (let call = 1; call <= 2; call += 1) await (await chat(simulator, {})).text();
  const played = simulator.requests
    .filter(({ path }) => path === "/chat/completions")
    .map((entry) => entry.played);
  expect(played).toEqual([["limit.500_then_ok"], ["frame.gzip", "quota.headers"]]);
});
