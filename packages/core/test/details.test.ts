import { expect, test } from "vitest";
import { z } from "zod";
import { createAgent, createSession, defineTool, openSession, type ToolResult } from "../src/index.ts";
import { encodeEvent, encodeMessages } from "../src/rpc/index.ts";
import { collectRun, only, runOptions } from "./support/run.ts";
import { call, say, scripted } from "./support/scripted.ts";
import { folder } from "./support/session-files.ts";

const toolOf = (details: unknown) =>
  defineTool({
    name: "edit",
    description: "Edits.",
    risk: "read",
    input: z.object({}),
    run: async () =>
      ({ content: [{ type: "text", text: "edited" }], isError: false, details }) as unknown as ToolResult,
  });

const diff = { path: "a.txt", diff: "-one\n+two\n" };

/** What becomes of the details that a tool gives. */
async function keptOf(details: unknown): Promise<unknown> {
  const provider = scripted(call({ id: "1", name: "edit" }), say("done"));
  const events = await collectRun(runOptions(provider, [toolOf(details)]));
  expect(JSON.parse(JSON.stringify(events))).toStrictEqual(events);
  expect(only(events, "run_end")).toEqual([{ type: "run_end", reason: "done" }]);
  const [event] = only(events, "tool_message");
  expect(event?.message).toMatchObject({
    content: [{ type: "text", text: "edited" }],
    isError: false,
  });
  return event?.message.details;
}

test("details reach the screen, programs and the session, and never the model", async () => {
  const session = createSession({ directory: await folder(), cwd: "/project" });
  const provider = scripted(call({ id: "1", name: "edit" }), say("done"), say("and again"));
  const agent = createAgent({ provider, model: "model-a", tools: [toolOf(diff)], session });
  const shown: unknown[] = [];
  agent.subscribe((event) => {
    if (event.type === "tool_message") shown.push(...encodeEvent(event));
  });
  await agent.prompt("edit it");
  await agent.prompt("again");
  await agent.close();
  expect(shown).toEqual([
    {
      type: "tool_result",
      id: "1",
      is_error: false,
      content: [{ type: "text", text: "edited" }],
      details: diff,
    },
  ]);
  expect(provider.requests).toHaveLength(3);
  expect(JSON.stringify(provider.requests)).not.toContain("+two");
  const reopened = await openSession(session.path);
  await reopened.close();
  const resumed = createAgent({ provider: scripted(), model: "model-a", session: reopened });
  expect(resumed.transcript.messages[2]).toMatchObject({ role: "tool", callId: "1", details: diff });
  expect(encodeMessages(resumed.transcript.messages)[2]).toMatchObject({
    role: "tool",
    content: [{ type: "tool_result", call_id: "1", details: diff }],
  });
});

test("details that are no plain JSON cost nobody the result", async () => {
  const circle: Record<string, unknown> = { path: "a" };
  circle["self"] = circle;
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const deep = { path: "a", deep: JSON.parse("[".repeat(4_000) + "]".repeat(4_000)) as unknown };
  const given: [details: unknown, kept: unknown][] = [
    [undefined, undefined],
    [null, undefined],
    ["text", undefined],
    [[1, 2], undefined],
    [{}, undefined],
    [revoked.proxy, undefined],
    [{ path: "a", run: () => 1, gone: undefined }, { path: "a" }],
    [
      { path: "a", big: 1n },
      { path: "a", details_truncated: true },
    ],
    [circle, { path: "a", details_truncated: true }],
    [
      { when: new Date(0), map: new Map([[1, 2]]), not: Number.NaN, zero: -0 },
      { when: "1970-01-01T00:00:00.000Z", map: {}, not: null, zero: 0 },
    ],
    [
      {
        path: "a",
        get broken(): string {
          throw new Error("broken");
        },
      },
      { path: "a", details_truncated: true },
    ],
    [JSON.parse('{"__proto__":{"x":1},"path":"a"}'), { path: "a" }],
    [deep, { path: "a", details_truncated: true }],
  ];
  for (const [details, kept] of given) expect(await keptOf(details)).toStrictEqual(kept);
});

test("a field that does not fit into 64 KiB is left out as a whole, and that is said", async () => {
  expect(await keptOf({ path: "a", diff: "x".repeat(70_000), edits: 2 })).toEqual({
    path: "a",
    edits: 2,
    details_truncated: true,
  });
  expect(await keptOf({ first: "x".repeat(40_000), second: "y".repeat(40_000) })).toEqual({
    first: "x".repeat(40_000),
    details_truncated: true,
  });
});
