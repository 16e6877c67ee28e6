import { expect, test } from "vitest";
import { createSimulator, type Simulator } from "../src/index.ts";
import { post } from "./client.ts";

interface Embeddings {
  data: { index: number; embedding: number[]; object: string }[];
  model: string;
  usage: { prompt_tokens: number; total_tokens: number };
}

const embed = (simulator: Simulator, body: Record<string, unknown>) =>
  post(simulator, "/embeddings", { model: "text-embedding-3-small", input: ["one"], ...body });
const vectors = async (simulator: Simulator, body: Record<string, unknown>) => {
  const { data } = (await (await embed(simulator, body)).json()) as Embeddings;
  return data.map((entry) => entry.embedding);
};
const product = (a: readonly number[] = [], b: readonly number[] = []) =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

test("every text gets a vector of length one, the same each time, near to those with its words", async () => {
  await using simulator = await createSimulator();
  const input = ["open the file", "open a file", "bake some bread", "—"];
  const response = await embed(simulator, { input });
  expect(response.status).toBe(200);
  const reply = (await response.json()) as Embeddings;
  expect(reply).toMatchObject({
    object: "list",
    model: "text-embedding-3-small",
    usage: { prompt_tokens: 12, total_tokens: 12 },
  });
  expect(reply.data.map((entry) => [entry.index, entry.object])).toEqual(
    input.map((_, index) => [index, "embedding"]),
  );
  const [first, second, third, sign] = reply.data.map((entry) => entry.embedding);
  for (const vector of [first, second, third, sign]) {
    expect(vector).toHaveLength(1536);
    expect(product(vector, vector)).toBeCloseTo(1, 4);
  }
  expect(product(first, second)).toBeGreaterThan(product(first, third) + 0.3);
  expect(await vectors(simulator, { input: "bake some bread" })).toEqual([third]);
});

test("vectors are as long as asked for, and come as base64 too", async () => {
  await using simulator = await createSimulator();
  const [plain] = await vectors(simulator, { dimensions: 512 });
  expect(plain).toHaveLength(512);
  const [coded] = await vectors(simulator, { dimensions: 512, encoding_format: "base64" });
  const bytes = Buffer.from(String(coded), "base64");
  const read = Array.from({ length: 512 }, (_, index) => bytes.readFloatLE(index * 4));
  for (const [index, value] of read.entries()) expect(value).toBeCloseTo(plain?.[index] ?? 0, 5);
});

test.each([
  ["a chat model", { model: "gpt-4.1" }, /model_not_supported/],
  ["no input", { input: undefined }, /input must be/],
  ["an empty list", { input: [] }, /input must be/],
  ["an empty text", { input: ["a", ""] }, /input must be/],
  ["numbers", { input: [[1, 2]] }, /input must be/],
  ["too many texts", { input: Array<string>(513).fill("x") }, /at most 512 texts are allowed, got 513/],
  ["a text that is too long", { input: ["x", "x".repeat(33_000)] }, /input\[1\] is longer than 8191/],
  ["too many dimensions", { dimensions: 1537 }, /dimensions must be/],
  ["an odd format", { encoding_format: "hex" }, /encoding_format/],
])("refuses %s", async (_name, body, message) => {
  await using simulator = await createSimulator();
  const response = await embed(simulator, body);
  expect([response.status, await response.text()]).toEqual([400, expect.stringMatching(message)]);
});
