import { expect } from "vitest";
import type { Simulator } from "../../src/index.ts";
import { completionTexts, mint, post } from "../client.ts";
import { read, type Check, type Got } from "./check.ts";

const ask = (simulator: Simulator, token?: string): Promise<Got> =>
  read(
    post(
      simulator,
      "/v1/engines/gpt-41-copilot/completions",
      { prompt: "function add(a, b) {\n", stream: true },
      token === undefined ? {} : { token },
    ),
  );

/** Expects exactly the bytes of a fixture, and what they come to. */
const plays =
  (load: () => Promise<{ stream: string }>, texts: readonly string[]): Check =>
  async (simulator) => {
    const got = await ask(simulator);
    expect(got.headers.get("content-type")).toBe("text/event-stream");
    expect(got.text).toBe((await load()).stream);
    expect(completionTexts(got.text)).toEqual(texts);
  };

const refuses =
  (status: number, text: RegExp, headers: Record<string, string> = {}): Check =>
  async (simulator) => {
    const got = await ask(simulator);
    expect([got.status, got.text]).toEqual([status, expect.stringMatching(text)]);
    for (const [name, value] of Object.entries(headers)) expect(got.headers.get(name)).toBe(value);
  };

/** How code completion answers. */
export const completionChecks: Record<string, Check> = {
  "fim.text": plays(() => import("../../src/fixtures/fim.ts"), ["    return a + b\n"]),
  "fim.n2": plays(() => import("../../src/fixtures/fim-n2.ts"), ["ab", "x"]),
  "fim.n3_interleaved": async (simulator) => {
    const { text } = await ask(simulator);
    expect(completionTexts(text)).toEqual(["a + b", "sum(a, b)", "return b + a"]);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  },
  "fim.annotations": plays(() => import("../../src/fixtures/fim-annotations.ts"), ["copied code"]),
  "fim.error_line": plays(() => import("../../src/fixtures/fim-error.ts"), ["ha"]),
  "fim.402": refuses(402, /"code":"quota_exceeded"/, {
    "x-quota-snapshot-completions": "ent=2000&ov=0.0&ovPerm=false&rem=0.0&rst=2099-01-01T00%3A00%3A00Z",
  }),
  "fim.429": refuses(429, /"code":"rate_limited"/, { "retry-after": "10" }),
  "fim.466": refuses(466, /no longer supported/),
  "fim.401": async (simulator) => {
    const token = await mint(simulator);
    const first = await ask(simulator, token);
    expect([first.status, first.text]).toEqual([401, "unauthorized: token expired\n"]);
    expect((await ask(simulator, token)).status).toBe(401);
    expect((await ask(simulator)).status).toBe(200);
  },
};
