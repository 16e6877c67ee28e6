import type { Message, Provider } from "@zotpilot/provider/model";
import {
  compose,
  runAgent,
  toolRunner,
  type AgentEvent,
  type RunOptions,
  type Tool,
} from "../../src/index.ts";

/** Options of a run, with what a test does not care about filled in. */
export function runOptions(
  provider: Provider,
  tools: readonly Tool[] = [],
  more: Partial<RunOptions> = {},
): RunOptions {
  return {
    provider,
    model: () => "model-a",
    system: "be brief",
    messages: [],
    prompt: { role: "user", content: [{ type: "text", text: "hello" }] },
    tools,
    runTool: compose(toolRunner(tools)),
    cwd: "/project",
    signal: new AbortController().signal,
    now: () => new Date("2026-01-02T03:04:05Z"),
    ...more,
  };
}

/** Runs to the end; `onEvent` hears each event before the run goes on. */
export async function collectRun(
  options: RunOptions,
  onEvent: (event: AgentEvent) => void = () => undefined,
): Promise<AgentEvent[]> {
  const events: AgentEvent[] = [];
  for await (const event of runAgent(options)) {
    events.push(event);
    onEvent(event);
  }
  return events;
}

export const types = (events: readonly { type: string }[]): string[] => events.map((event) => event.type);

/** The events of one type, in order. */
export function only<Type extends AgentEvent["type"]>(
  events: readonly AgentEvent[],
  type: Type,
): Extract<AgentEvent, { type: Type }>[] {
  return events.filter((event): event is Extract<AgentEvent, { type: Type }> => event.type === type);
}

/** The text of each tool result, in order. */
export function resultTexts(events: readonly AgentEvent[]): string[] {
  return only(events, "tool_message").map(({ message }) =>
    message.content.map((part) => (part.type === "text" ? part.text : "[image]")).join(""),
  );
}

/** What a strict service refuses a conversation for: calls and results that do not pair up. */
export function pairingProblems(messages: readonly Message[]): string[] {
  const problems: string[] = [];
  let open = new Map<string, string>();
  for (const message of messages) {
    if (message.role === "tool") {
      if (!open.delete(message.callId)) problems.push(`result ${message.callId} without a call before it`);
      continue;
    }
    for (const id of open.keys()) problems.push(`call ${id} without a result`);
    const calls =
      message.role === "assistant" ? message.content.filter((part) => part.type === "tool_call") : [];
    open = new Map(calls.map((part) => [part.id, part.name]));
  }
  for (const id of open.keys()) problems.push(`call ${id} without a result`);
  return problems;
}
