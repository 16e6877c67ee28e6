import { expect, test } from "vitest";
import { createSimulator, type Simulator } from "../src/index.ts";
import { completionTexts, post } from "./client.ts";

const complete = (simulator: Simulator, body: Record<string, unknown>, engine = "gpt-41-copilot") =>
  post(simulator, `/v1/engines/${engine}/completions`, {
    prompt: "function add(a, b) {\n",
    suffix: "\n}\n",
    stream: true,
    ...body,
  });

test("an open function is completed, word by word", async () => {
  await using simulator = await createSimulator();
  const response = await complete(simulator, {});
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  const text = await response.text();
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  expect(completionTexts(text)).toEqual(["    return a + b;\n"]);
  expect(text.match(/^data: \{/gm)?.length).toBeGreaterThan(4);
  expect(text).toMatch(/"finish_reason":"stop","logprobs":null\}\],"usage":\{"prompt_tokens":6/);
});

test.each([
  ["def area(self, width: int, height: int = 2):", "python", "\n    return width + height\n"],
  ["  const half = (value: number) => {\n", "typescript", "      return value;\n"],
  ["function nothing() {\n", "javascript", "    return 0;\n"],
  ["let a = 1;\n", "javascript", "// The simulator completes open functions only."],
  ["a = 1\n", "python", "# The simulator completes open functions only."],
  ["", "", "// The simulator completes open functions only."],
])("%j in %s", async (prompt, language, expected) => {
  await using simulator = await createSimulator();
  const response = await complete(simulator, { prompt, extra: { language } });
  expect(completionTexts(await response.text())).toEqual([expected]);
});

test("several choices come in turn, and each ends", async () => {
  await using simulator = await createSimulator();
  const text = await (await complete(simulator, { n: 3 })).text();
  expect(completionTexts(text)).toEqual([
    "    return a + b;\n",
    "    return a + b; // variant 2\n",
    "    return a + b; // variant 3\n",
  ]);
  const order = [...text.matchAll(/"index":(\d)/g)].map(([, index]) => index);
  expect(order.slice(0, 6)).toEqual(["0", "1", "2", "0", "1", "2"]);
  expect(text.match(/"finish_reason":"stop"/g)).toHaveLength(3);
});

test("it ends before a stop and at the limit, and comes as one body when not streamed", async () => {
  await using simulator = await createSimulator();
  const one = async (body: Record<string, unknown>) =>
    ((await (await complete(simulator, { stream: false, ...body })).json()) as { choices: unknown[] })
      .choices[0];
  expect(await one({ stop: ["\n", " b"] })).toMatchObject({ text: "    return a +", finish_reason: "stop" });
  expect(await one({ stop: ";" })).toMatchObject({ text: "    return a + b" });
  expect(await one({ max_tokens: 2 })).toMatchObject({ text: "    retu", finish_reason: "length" });
});

test.each([
  ["a chat model", {}, "gpt-4.1", 404, /engine not found/],
  ["no prompt", { prompt: undefined }, "gpt-41-copilot", 400, /prompt must be/],
  ["an odd suffix", { suffix: 1 }, "gpt-41-copilot", 400, /suffix must be/],
  ["no choices", { n: 0 }, "gpt-41-copilot", 400, /n must be/],
  ["no tokens", { max_tokens: 0 }, "gpt-41-copilot", 400, /max_tokens must be/],
  ["an empty stop", { stop: [""] }, "gpt-41-copilot", 400, /stop must be/],
])("refuses %s", async (_name, body, engine, status, message) => {
  await using simulator = await createSimulator();
  const response = await complete(simulator, body, engine);
  expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(message)]);
});
