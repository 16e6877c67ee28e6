import type { ModelInfo } from "@zotpilot/provider/model";
import { cellWidth } from "@zotpilot/tui";
import { expect, test } from "vitest";
import { initialChatState, type ChatState } from "../state/chat-state.ts";
import { statusLine } from "./status-line.ts";

const state: ChatState = {
  ...initialChatState({
    version: "1.2.3",
    cwd: "/people/me/code/project",
    connection: {
      type: "signed_in",
      host: "github.com",
      source: "store",
      place: "me@github.com",
      login: "me",
    },
  }),
  model: "model-a",
  models: [{ id: "model-a", maxPromptTokens: 128_000 } as ModelInfo],
};

const shown = (changed: Partial<ChatState>, width = 100): string =>
  statusLine({ ...state, ...changed }, width, "/people/me")
    .map((span) => span.text)
    .join("");

const used = (contextTokens: number): Partial<ChatState> => ({
  transcript: { ...state.transcript, contextTokens },
});

test("names model, context used, account and folder", () => {
  expect(shown(used(64_000))).toBe("model-a · context 50% of 128k · me on github.com · ~/code/project");
  expect(shown(used(5))).toContain("context <1% of 128k");
  expect(shown(used(0))).toContain("context 0% of 128k");
});

test("says nothing of a limit that is not known", () => {
  expect(shown({ models: [] })).toBe("model-a · me on github.com · ~/code/project");
});

test("the demo is not taken for a model, and nobody for somebody", () => {
  expect(shown({ connection: { type: "demo", origin: "" } })).toContain("model-a, simulated");
  expect(shown({ connection: { type: "demo", origin: "" } })).toContain("Demo, not an AI");
  expect(shown({ connection: { type: "signed_out", host: "github.com" } })).toContain("not signed in");
});

test("a narrow window keeps the end of the folder, then nothing of it", () => {
  expect(shown(used(0), 60)).toMatch(/ · …\S*project$/);
  for (let width = 10; width < 80; width++)
    expect(cellWidth(shown(used(0), width))).toBeLessThanOrEqual(width);
});

test("a hint comes first", () => {
  expect(shown({ hint: "Ctrl+C again to exit" })).toMatch(/^Ctrl\+C again to exit/);
});

test("other folders that begin like the home folder keep their name", () => {
  expect(shown({ cwd: "/people/meow" })).toContain(" · /people/meow");
});

test("what the conversation has cost stands there once it is known, and is said to be too little when some is missing", () => {
  const usage = { inputTokens: 9, outputTokens: 9, cachedInputTokens: 0, reasoningTokens: 0 };
  const costs = (nanoAiu: number | undefined, unmeasured: number): string =>
    shown({
      transcript: {
        ...state.transcript,
        usage: { ...usage, ...(nanoAiu !== undefined && { nanoAiu }) },
        unmeasured,
      },
    });
  expect(costs(12_340_000_000, 0)).toContain(" · 12.3 credits · ");
  expect(costs(1_500_000_000, 2)).toContain(" · over 1.50 credits · ");
  expect(costs(undefined, 1)).not.toContain("credit");
});

test("the allowance or window of use of which least is left stands there; none that is not known", () => {
  const quota = (percentRemaining?: number): Partial<ChatState> => ({
    quota: {
      quotas: [
        { name: "chat", unlimited: true, percentRemaining: 0, overagePermitted: false, overage: 0 },
        {
          name: "premium_interactions",
          unlimited: false,
          overagePermitted: false,
          overage: 0,
          ...(percentRemaining !== undefined && { percentRemaining }),
        },
      ],
      windows: [{ name: "weekly", percentRemaining: 45 }],
    },
  });
  expect(shown(quota(12.4))).toContain(" · premium 12% left · ");
  expect(shown(quota())).toContain(" · weekly 45% left · ");
  expect(shown({})).not.toContain("left");
  const low = statusLine({ ...state, ...quota(9) }, 100, undefined);
  expect(low.find(({ text }) => text.includes("left"))).toMatchObject({ color: "yellow" });
});
