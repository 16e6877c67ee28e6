import { expect, test } from "vitest";
import { createCopilot } from "../src/index.ts";
import { json, mint, startService, TOKEN_PATH, type Answer } from "./fake-service.ts";
import { fixture } from "./fixtures.ts";

async function client(answer: Answer) {
  const service = await startService({ [TOKEN_PATH]: mint(), "/embeddings": answer });
  const copilot = createCopilot({ githubToken: () => "ghu_fixture", host: service.origin });
  return { copilot, service };
}

test("embeddings.batch: in the order of the texts, whatever the order of the answer", async () => {
  const { copilot, service } = await client(json(JSON.parse(fixture("embeddings.json"))));
  expect(await copilot.embeddings(["first", "second"], { dimensions: 4 })).toEqual({
    embeddings: [
      [-0.5, 0.25, 0.125, 0.0625],
      [0.0123, -0.0456, 0.0789, 0],
    ],
    model: "text-embedding-3-small",
    inputTokens: 9,
  });
  const sent = service.seen.at(-1);
  expect(JSON.parse(sent?.body ?? "")).toEqual({
    model: "text-embedding-3-small",
    input: ["first", "second"],
    dimensions: 4,
  });
  expect(sent?.headers["openai-intent"]).toBe("copilot-panel");
  await copilot.close();
});

test("embeddings.too_many: more texts than are taken at once go in several requests", async () => {
  const counted: number[] = [];
  const { copilot } = await client((request, response) => {
    const { input } = JSON.parse(request.body) as { input: string[] };
    counted.push(input.length);
    const data = input.map((text, index) => ({ index, embedding: [Number(text)] })).toReversed();
    return json({ data, usage: { prompt_tokens: input.length } })(request, response);
  });
  const texts = Array.from({ length: 600 }, (_, index) => String(index));
  const { embeddings, inputTokens } = await copilot.embeddings(texts);
  expect(embeddings.map(([value]) => value)).toEqual(texts.map(Number));
  expect(counted).toEqual([256, 256, 88]);
  expect(inputTokens).toBe(600);
  expect((await copilot.embeddings([])).embeddings).toEqual([]);
  await copilot.close();
});

test("embeddings.single_string: one text is a list of one", async () => {
  const { copilot, service } = await client(json({ data: [{ index: 0, embedding: [1] }] }));
  expect((await copilot.embeddings("one")).embeddings).toEqual([[1]]);
  expect(JSON.parse(service.seen.at(-1)?.body ?? "")).toMatchObject({ input: ["one"] });
  await copilot.close();
});

test.each([
  ["too few", { data: [{ index: 0, embedding: [1] }] }],
  [
    "twice the same",
    {
      data: [
        { index: 0, embedding: [1] },
        { index: 0, embedding: [1] },
      ],
    },
  ],
  [
    "empty ones",
    {
      data: [
        { index: 0, embedding: [] },
        { index: 1, embedding: [1] },
      ],
    },
  ],
  ["another shape", { embeddings: [] }],
])("an answer with %s is an error", async (_name, body) => {
  const { copilot } = await client(json(body));
  await expect(copilot.embeddings(["a", "b"])).rejects.toMatchObject({ code: "invalid_response" });
  await copilot.close();
});
