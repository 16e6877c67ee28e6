import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createSession, readHistory, type DurableEvent } from "../../src/index.ts";

/** A folder that goes away with the test. */
export async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "zotpilot-session-"));
  onTestFinished(() => rm(made, { recursive: true, force: true, maxRetries: 3 }));
  return made;
}

export const user = (text: string): DurableEvent => ({
  type: "user_message",
  message: { role: "user", content: [{ type: "text", text }] },
});

export const assistant = (text: string, ...callIds: string[]): DurableEvent => ({
  type: "assistant_message",
  message: {
    role: "assistant",
    content: [
      { type: "text", text },
      ...callIds.map((id) => ({ type: "tool_call" as const, id, name: "read", arguments: "{}" })),
    ],
  },
  usage: { inputTokens: 1, outputTokens: 2, cachedInputTokens: 0, reasoningTokens: 0 },
  stopReason: callIds.length > 0 ? "tool_calls" : "end",
});

export const result = (callId: string): DurableEvent => ({
  type: "tool_message",
  message: { role: "tool", callId, name: "read", content: [{ type: "text", text: "ok" }], isError: false },
});

export const compacted = (summary: string): DurableEvent => ({
  type: "compacted",
  messages: [{ role: "user", content: [{ type: "text", text: summary }] }],
  files: ["/project/a"],
  usage: null,
  spent: {
    usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 0, reasoningTokens: 0 },
    unmeasured: 1,
    model: "model-b",
    provider: "scripted",
    name: "kept name",
  },
  contextTokens: 7,
});

/** A closed session of these events in a folder; `change` may change its text. Returns its file. */
export async function sessionFile(
  directory: string,
  events: readonly DurableEvent[],
  change?: (lines: string[]) => string,
): Promise<string> {
  const session = createSession({ directory, cwd: "/project" });
  for (const event of events) await session.append(event);
  await session.close();
  if (change) {
    const lines = (await readFile(session.path, "utf8")).trimEnd().split("\n");
    await writeFile(session.path, change(lines));
  }
  return session.path;
}

/** All readable events of a session, also those that were summarised. */
export async function historyOf(path: string): Promise<DurableEvent[]> {
  const events: DurableEvent[] = [];
  for await (const { event } of readHistory(path)) events.push(event);
  return events;
}
