import { z } from "zod";
import { createAgent, defineTool, type Agent, type Session } from "../../src/index.ts";
import { call, say, scripted } from "./scripted.ts";

/** When everything in the documented conversation happens. */
export const documentedTime = (): Date => new Date("2026-01-02T03:04:05.678Z");

/** What a person asks in the documented conversation. */
export const documentedPrompt = "What does notes.txt say?";

/** An agent for the conversation that docs/protocol shows: one tool call, then an answer. */
export function documentedAgent(session?: Session): Agent {
  const read = defineTool({
    name: "read",
    description: "Reads a file.",
    risk: "read",
    input: z.strictObject({ path: z.string() }),
    run: async () => "Buy milk.\n",
  });
  return createAgent({
    provider: scripted(
      call({ id: "call_1", name: "read", arguments: { path: "notes.txt" } }),
      say("It says: buy milk."),
    ),
    model: "model-a",
    tools: [read],
    cwd: "/project",
    now: documentedTime,
    ...(session && { session }),
  });
}
