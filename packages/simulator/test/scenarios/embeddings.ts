import { expect } from "vitest";
import type { Simulator } from "../../src/index.ts";
import { post } from "../client.ts";
import { capi, read, type Check, type Got } from "./check.ts";

interface Entry {
  index: number;
  embedding: number[];
}

const ask = (simulator: Simulator, input: unknown): Promise<Got> =>
  read(post(simulator, "/embeddings", { model: "text-embedding-3-small", dimensions: 8, input }));
const entries = async (simulator: Simulator, input: unknown): Promise<Entry[]> =>
  (JSON.parse((await ask(simulator, input)).text) as { data: Entry[] }).data;

/** How `/embeddings` answers. */
export const embeddingsChecks: Record<string, Check> = {
  "embeddings.batch": async (simulator) => {
    const texts = ["one", "two", "three"];
    const batch = await entries(simulator, texts);
    expect(batch.map((entry) => entry.index)).toEqual([2, 1, 0]);
    for (const [index, text] of texts.entries()) {
      const [alone] = await entries(simulator, [text]);
      expect(batch.find((entry) => entry.index === index)?.embedding).toEqual(alone?.embedding);
    }
  },
  "embeddings.too_many": async (simulator) => {
    const { text } = await capi(simulator, "/models/text-embedding-3-small");
    expect(JSON.parse(text)).toMatchObject({ capabilities: { limits: { max_inputs: 16 } } });
    expect((await ask(simulator, Array<string>(16).fill("x"))).status).toBe(200);
    const got = await ask(simulator, Array<string>(17).fill("x"));
    expect([got.status, got.text]).toEqual([400, expect.stringContaining("at most 16 texts are allowed")]);
  },
  "embeddings.single_string": async (simulator) => {
    expect((await ask(simulator, ["one"])).status).toBe(200);
    const got = await ask(simulator, "one");
    expect([got.status, got.text]).toEqual([400, expect.stringContaining("input must be a list")]);
  },
};
