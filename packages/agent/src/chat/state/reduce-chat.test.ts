import type { AgentEvent } from "@zotpilot/core";
import { emptyUsage, type AssistantMessage } from "@zotpilot/provider/model";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { Block } from "./block.ts";
import { initialChatState, type ChatState } from "./chat-state.ts";
import { createCoalescer } from "./coalesce.ts";
import { eventsOf } from "./connect.ts";
import { addText, emptyLiveText, endText } from "./live-text.ts";
import { reduceChat } from "./reduce-chat.ts";

const at = "2026-01-01T00:00:00.000Z";
const start = initialChatState({
  version: "1.0.0",
  cwd: "/work",
  connection: { type: "demo", origin: "http://127.0.0.1:1" },
});

function play(events: readonly AgentEvent[], from: ChatState = start): ChatState {
  return events.reduce((state, event) => reduceChat(state, { type: "agent_event", event }), from);
}

function shown(state: ChatState): string[] {
  return state.blocks.slice(1).map((block: Block) => {
    if (block.type === "tool") return `${block.tool.status} ${block.tool.name} ${block.tool.summary}`;
    return block.type === "header" ? "" : `${block.type} ${block.text}`;
  });
}

const call = { type: "tool_call", id: "c1", name: "read", arguments: '{"path":"a.txt"}' } as const;
const assistant = (content: AssistantMessage["content"]): AgentEvent => ({
  type: "assistant_message",
  message: { role: "assistant", content, at },
  usage: emptyUsage(),
  stopReason: "end",
});
const toolTurn: readonly AgentEvent[] = [
  { type: "run_start", runId: "r" },
  { type: "user_message", message: { role: "user", content: [{ type: "text", text: "read it" }], at } },
  { type: "turn_start", turn: 1 },
  { type: "response_start" },
  { type: "text_delta", text: "I will" },
  { type: "text_delta", text: " read." },
  { type: "tool_input_start", callId: "c1", name: "read" },
  { type: "tool_input_delta", callId: "c1", json: call.arguments },
  { type: "tool_input_end", callId: "c1" },
  assistant([{ type: "text", text: "I will read." }, call]),
  { type: "turn_end", turn: 1, stopReason: "tool_calls" },
  { type: "tool_start", call },
  { type: "tool_progress", callId: "c1", text: "half" },
  { type: "tool_end", callId: "c1", isError: false, durationMs: 3 },
  {
    type: "tool_message",
    message: {
      role: "tool",
      callId: "c1",
      name: "read",
      content: [{ type: "text", text: "all of it" }],
      isError: false,
      at,
    },
  },
  { type: "run_end", reason: "done" },
];

describe("reduceChat", () => {
  test("a turn with a tool: said once, in order, and nothing is left below", () => {
    const state = play(toolTurn);
    expect(shown(state)).toEqual(["user read it", "assistant I will read.", "done read a.txt"]);
    expect(state.tools).toEqual([]);
    expect(state.activity).toBeUndefined();
    expect(state.transcript.messages).toHaveLength(3);
  });

  test("what happens shows while it happens", () => {
    expect(play(toolTurn.slice(0, 1)).activity).toEqual({ type: "waiting" });
    expect(play(toolTurn.slice(0, 5))).toMatchObject({
      activity: { type: "answering" },
      text: { tail: "I will" },
    });
    expect(play(toolTurn.slice(0, 7)).tools).toMatchObject([{ status: "preparing", name: "read" }]);
    expect(play(toolTurn.slice(0, 13)).tools).toMatchObject([
      { status: "running", summary: "a.txt", output: "half" },
    ]);
  });

  test("a summary shows while it is made, tries again without end of it, and leaves behind what it interrupted", () => {
    const error = { code: "network", message: "The connection broke", retryable: true };
    const summary: readonly AgentEvent[] = [
      { type: "compaction_start", reason: "asked" },
      { type: "retry", attempt: 1, delayMs: 900, error },
    ];
    expect(play(summary.slice(0, 1)).activity).toMatchObject({ type: "compacting" });
    expect(play(summary).activity).toMatchObject({
      type: "compacting",
      text: expect.stringContaining("Trying again in 1 s"),
    });
    for (const end of [{ type: "compaction_end" }, { type: "compaction_end", error }] as const) {
      expect(play([...summary, end]).activity).toBeUndefined();
      expect(play([...toolTurn.slice(0, 3), ...summary, end]).activity).toEqual({ type: "waiting" });
    }
  });

  test("a resumed conversation looks as it did", () => {
    const live = play(toolTurn);
    const replayed = reduceChat(start, { type: "replayed", events: eventsOf(live.transcript.messages) });
    expect(shown(replayed)).toEqual(shown(live));
  });

  test("a notice in the middle of an answer cuts no line of it in two", () => {
    const said = ["one\ntwo", " is half", " of it\n\nthree\n"].map((text): AgentEvent => ({
      type: "text_delta",
      text,
    }));
    const begun = play([...toolTurn.slice(0, 4), ...said.slice(0, 2)]);
    const noticed = reduceChat(begun, { type: "notice", level: "info", text: "meanwhile" });
    expect(shown(noticed)).toEqual(["user read it", "assistant one", "notice meanwhile"]);
    const ended = play([...said.slice(2), assistant([{ type: "text", text: "" }])], noticed);
    expect(shown(ended).slice(3).join("\n")).toBe("assistant two is half of it\n\nthree");
  });

  test("a run that breaks off keeps what was said, and says why", () => {
    const error = { code: "network", message: "The connection broke", retryable: true };
    const state = play([...toolTurn.slice(0, 13), { type: "run_end", reason: "error", error }]);
    expect(shown(state)).toEqual([
      "user read it",
      "assistant I will read.",
      "failed read a.txt",
      "notice The connection broke.",
    ]);
  });

  test("nothing that a model or a tool says reaches the terminal as a command", () => {
    const hostile = "a\u001b]0;title\u0007b\u001b[2Jc\u009b31md\u202ee";
    const events = toolTurn.map((event): AgentEvent => {
      if (event.type === "text_delta") return { ...event, text: hostile };
      if (event.type !== "tool_message") return event;
      return { ...event, message: { ...event.message, content: [{ type: "text", text: hostile }] } };
    });
    const drawn = JSON.stringify(play(events).blocks);
    expect(drawn).not.toMatch(/\\u001b|\\u0007|\u009b|\u202e|title/);
    expect(drawn).toContain("abcde");
  });

  test("the state is JSON but for the functions nobody put there, and events never throw", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...toolTurn]), (events) => {
        const state = play(events);
        expect(JSON.parse(JSON.stringify(state.blocks))).toEqual(state.blocks);
      }),
      { numRuns: 200 },
    );
  });
});

describe("streamed text", () => {
  test("any way of cutting it shows the same lines", () => {
    const source = "\n\nFirst line\n\n```ts\nlet a = 1;\n\n```\nlast \u001b[31mline\u001b[0m of it  ";
    const expected = "First line\n\n```ts\nlet a = 1;\n\n```\nlast line of it";
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: source.length }), { maxLength: 12 }), (cuts) => {
        const points = [0, ...cuts.toSorted((a, b) => a - b), source.length];
        let live = emptyLiveText;
        const texts: string[] = [];
        points.slice(1).forEach((end, index) => {
          const added = addText(live, source.slice(points[index], end));
          live = added.live;
          texts.push(...added.blocks.map((block) => block.text));
        });
        texts.push(...endText(live).map((block) => block.text));
        expect(texts.join("\n")).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  test("a line without end leaves in pieces, so that drawing it stays cheap", () => {
    let live = emptyLiveText;
    let longest = 0;
    for (let index = 0; index < 2_000; index++) {
      live = addText(live, "word after word ").live;
      longest = Math.max(longest, live.tail.length);
    }
    expect(longest).toBeLessThan(9_000);
  });
});

test("deltas that come within a frame are one, in their order, and nothing waits behind another event", () => {
  vi.useFakeTimers();
  try {
    const seen: AgentEvent[] = [];
    const coalescer = createCoalescer((event) => seen.push(event), 33);
    for (const text of ["a", "b", "c"]) coalescer.push({ type: "text_delta", text });
    expect(seen).toEqual([]);
    vi.advanceTimersByTime(33);
    expect(seen).toEqual([{ type: "text_delta", text: "abc" }]);
    coalescer.push({ type: "text_delta", text: "d" });
    coalescer.push({ type: "tool_progress", callId: "1", text: "x" });
    coalescer.push({ type: "tool_progress", callId: "2", text: "y" });
    coalescer.push({ type: "run_end", reason: "done" });
    expect(seen.slice(1)).toEqual([
      { type: "text_delta", text: "d" },
      { type: "tool_progress", callId: "1", text: "x" },
      { type: "tool_progress", callId: "2", text: "y" },
      { type: "run_end", reason: "done" },
    ]);
    coalescer.push({ type: "text_delta", text: "e" });
    coalescer.close();
    expect(seen.at(-1)).toEqual({ type: "text_delta", text: "e" });
  } finally {
    vi.useRealTimers();
  }
});

test("what a summary took is not shown as what the context holds", () => {
  const cost = {
    turn: { credits: null, reason: "unknown" },
    total: { credits: null, reason: "unknown" },
  } as const;
  const usage = (inputTokens: number, auxiliary?: true): AgentEvent => ({
    type: "usage",
    turn: { ...emptyUsage(), inputTokens },
    total: emptyUsage(),
    cost,
    ...(auxiliary && { auxiliary }),
  });
  expect(play([usage(100), usage(90_000, true)]).lastCall?.usage?.inputTokens).toBe(100);
});
