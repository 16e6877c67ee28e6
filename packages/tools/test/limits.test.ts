import { setTimeout as sleep } from "node:timers/promises";
import { compose, defineTool, toolRunner, type ToolContext } from "@zotpilot/core";
import { expect, test } from "vitest";
import { z } from "zod";
import { limitOutput, limitTime } from "../src/index.ts";
import { textOf, toolCall } from "./helpers.ts";

const context = (signal = new AbortController().signal): ToolContext => ({
  cwd: "/",
  signal,
  progress: () => {},
});

function tool(name: string, run: (context: ToolContext) => Promise<string>) {
  return defineTool({
    name,
    description: "",
    risk: "read",
    input: z.object({}),
    run: (_, given) => run(given),
  });
}

test("a result that is too long keeps its beginning and its end", async () => {
  const long = tool("long", async () => `begin${"x".repeat(100_000)}end`);
  const run = compose(toolRunner([long]), limitOutput({ maxCharacters: 1_000 }));
  const text = textOf(await run(toolCall("long", {}), context()));
  expect(text).toMatch(/^begin[^]*\.\.\. \[99008 characters left out here; ask for less at a time\][^]*end$/);
  expect(text.length).toBeLessThan(1_100);
});

test.each([0, 1, 999, 1_000])("a result of %i characters is left as it is", async (size) => {
  const short = tool("short", async () => "😀".repeat(Math.floor(size / 2)) + "x".repeat(size % 2));
  const run = compose(toolRunner([short]), limitOutput({ maxCharacters: 1_000 }));
  expect(textOf(await run(toolCall("short", {}), context())).length).toBe(size);
});

test("no half of a character is left where it is cut", async () => {
  const long = tool("long", async () => "😀".repeat(1_000));
  for (const maxCharacters of [100, 101, 102, 103]) {
    const run = compose(toolRunner([long]), limitOutput({ maxCharacters }));
    expect(textOf(await run(toolCall("long", {}), context())).isWellFormed()).toBe(true);
  }
});

test("several texts share the room, and an image needs none", async () => {
  const image = { type: "image" as const, mimeType: "image/png", data: "x".repeat(5_000) };
  const next = async () => ({
    content: [
      { type: "text" as const, text: "a".repeat(600) },
      image,
      { type: "text" as const, text: "b".repeat(600) },
    ],
    isError: false,
    details: { kept: true },
  });
  const result = await limitOutput({ maxCharacters: 1_000 })(next)(toolCall("many", {}), context());
  expect(result.content[0]).toEqual({ type: "text", text: "a".repeat(600) });
  expect(result.content[1]).toEqual(image);
  expect(result.content[2]).toMatchObject({ text: expect.stringMatching(/^b+\n\.\.\. \[200 characters/) });
  expect(result.details).toEqual({ kept: true });
});

test("a call that takes too long is stopped, and the model is told", async () => {
  let reason: unknown;
  const slow = tool("slow", async ({ signal }) => {
    await sleep(600_000, undefined, { signal }).catch(() => undefined);
    reason = signal.reason;
    throw signal.reason;
  });
  const run = compose(toolRunner([slow]), limitTime({ seconds: 0.05 }));
  const result = await run(toolCall("slow", {}), context());
  expect(result.isError).toBe(true);
  expect(textOf(result)).toBe("slow was stopped after 0.05 s, without a result");
  expect(String(reason)).toContain("stopped after 0.05 s");
});

test("one that does not listen is left behind", async () => {
  const deaf = tool("deaf", () => new Promise(() => undefined));
  const run = compose(toolRunner([deaf]), limitTime({ seconds: 0.05 }));
  expect(textOf(await run(toolCall("deaf", {}), context()))).toContain("was stopped after");
});

test("tools with a limit of their own are left alone, and an abort stays an abort", async () => {
  const bash = tool("bash", async () => {
    await sleep(150);
    return "done";
  });
  const run = compose(toolRunner([bash]), limitTime({ seconds: 0.01 }));
  expect(textOf(await run(toolCall("bash", {}), context()))).toBe("done");
  const stop = new AbortController();
  const waiting = tool("waiting", async ({ signal }) => {
    stop.abort(new Error("the person"));
    await sleep(600_000, undefined, { signal });
    return "";
  });
  const limited = compose(toolRunner([waiting]), limitTime({ seconds: 60 }));
  await expect(limited(toolCall("waiting", {}), context(stop.signal))).rejects.toThrow("the person");
});
