import type { ModelEvent, ModelInfo } from "@zotpilot/provider/model";
import { z } from "zod";
import { defineTool } from "../../src/index.ts";
import { answerEvents, call, model, play, say, scripted, type ScriptedProvider } from "./scripted.ts";

/** A conversation with tool calls side by side and a summary in its middle. */
export function crashProvider(): ScriptedProvider {
  const long = answerEvents("more", [{ id: "3", name: "note", arguments: { text: "ü" } }]).map(
    (event): ModelEvent =>
      event.type === "usage" ? { type: "usage", usage: { ...event.usage, inputTokens: 9_500 } } : event,
  );
  return scripted(
    call(
      { id: "1", name: "note", arguments: { text: "one" } },
      { id: "2", name: "note", arguments: { text: "two" } },
    ),
    say("first answer ".repeat(700)),
    play(long),
    say("a summary"),
    say("second answer"),
  );
}

export const crashModelInfo = async (): Promise<ModelInfo> => ({
  ...model("model-a"),
  contextWindow: 11_000,
  maxPromptTokens: 10_000,
});

export const crashTools = [
  defineTool({
    name: "note",
    description: "Notes a text.",
    risk: "write",
    input: z.object({ text: z.string() }),
    touches: ({ text }) => [text],
    run: async ({ text }) => text,
  }),
];
