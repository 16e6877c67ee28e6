import { expect, test } from "vitest";
import { answer, createSimulator } from "../src/index.ts";
import { chat, mint, parseStream, streamCalls, streamText } from "./client.ts";

const TOOL = { type: "function", function: { name: "read", parameters: { type: "object", properties: {} } } };

test("a text answer streams word by word, with filter, finish, usage and [DONE]", async () => {
  await using simulator = await createSimulator({ answer: answer.text("Hello from here.\n\nBye.") });
  const response = await chat(simulator, {});
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(response.headers.get("x-quota-snapshot-chat")).toContain("ent=-1");
  expect(response.headers.get("x-github-request-id")).toMatch(/^[0-9A-F]+$/);
  const body = await response.text();
  expect(body.endsWith("data: [DONE]\n\n")).toBe(true);
  const chunks = parseStream(body);
  expect(chunks[0]).toMatchObject({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] });
  expect(streamText(body)).toBe("Hello from here.\n\nBye.");
  expect(chunks.filter((chunk) => (chunk.choices[0]?.delta.content ?? "") !== "").length).toBe(4);
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
  expect(chunks.at(-1)?.usage?.total_tokens).toBeGreaterThan(0);
});

test("tool calls come in pieces; Claude gives each call index 0", async () => {
  const calls = [
    { name: "read", arguments: { path: "a long path/with some äöü in it.txt" } },
    { name: "read", arguments: { path: "b.txt" } },
  ];
  await using simulator = await createSimulator({ answer: answer.toolCalls(calls) });
  for (const [model, indexes] of [
    ["gpt-4.1", [0, 1]],
    ["claude-sonnet-4.5", [0, 0]],
  ] as const) {
    const body = await (await chat(simulator, { model, tools: [TOOL] })).text();
    expect(streamCalls(body).map((call) => JSON.parse(call.arguments) as unknown)).toEqual(
      calls.map((call) => call.arguments),
    );
    const openings = parseStream(body).flatMap((chunk) =>
      chunk.choices.flatMap((choice) =>
        (choice.delta.tool_calls ?? []).filter((call) => call.id !== undefined),
      ),
    );
    expect(openings.map((call) => call.index)).toEqual(indexes);
  }
});

test("without stream, and for a model that does not stream, one JSON body comes", async () => {
  await using simulator = await createSimulator({ answer: answer.text("hi") });
  for (const body of [{ stream: false }, { model: "nova-sample-1" }]) {
    const reply: unknown = await (await chat(simulator, body)).json();
    expect(reply).toMatchObject({ choices: [{ message: { content: "hi" }, finish_reason: "stop" }] });
  }
});

test("a token dies by the simulator's clock", async () => {
  await using simulator = await createSimulator({ answer: answer.text("hi"), tokenLifetimeSeconds: 60 });
  const token = await mint(simulator);
  expect((await chat(simulator, {}, { token })).status).toBe(200);
  simulator.clock.advance(61_000);
  const refused = await chat(simulator, {}, { token });
  expect(refused.status).toBe(401);
  expect(refused.headers.get("content-type")).toContain("text/plain");
  expect(await refused.text()).toBe("unauthorized: token expired\n");
});

test("pace slows words and not tool calls; an answer's own delay slows both", async () => {
  await using simulator = await createSimulator({ pace: 20 });
  const took = async (): Promise<number> => {
    const begin = performance.now();
    await (await chat(simulator, { tools: [TOOL] })).text();
    return performance.now() - begin;
  };
  // Only lower bounds: a pause is never shorter than it should be, whatever the machine does besides.
  simulator.answerWith(answer.text("one two three four five"));
  expect(await took()).toBeGreaterThan(95);
  const calls = [{ name: "read", arguments: { path: "x".repeat(60) } }];
  simulator.answerWith(answer.toolCalls(calls, { delayMs: 20 }));
  expect(await took()).toBeGreaterThan(95);
  simulator.answerWith(answer.toolCalls([{ name: "read", arguments: { path: "x".repeat(200_000) } }]));
  // With pauses this would be more than five minutes, and the test would run out of time.
  expect(await took()).toBeGreaterThan(0);
});
