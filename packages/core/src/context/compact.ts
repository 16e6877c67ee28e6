import { textOf, type Message, type UserMessage } from "@zotpilot/provider/model";
import type { SummaryMessage } from "../events/event.ts";
import { estimateTokens } from "./estimate.ts";
import { shorten } from "./render.ts";

/** How a conversation is divided before it is made shorter. */
export interface CompactionPlan {
  /** What the summary is to say in few words. */
  older: Message[];
  /** The first thing that a person asked for, kept word for word; absent when the tail has it, or it is very long. */
  firstPrompt?: UserMessage;
  /** The last thing that a person asked for, kept word for word; absent when the tail has it. */
  lastPrompt?: UserMessage;
  /** The end of the conversation, kept; calls stay with their results. Results alone may be shortened. */
  tail: Message[];
  /** Whether results of the tail were shortened. */
  shortened: boolean;
}

/** What a summary begins with, for the model that reads it. */
const summaryHeading = "## Context summary (compacted)";

/** So many bytes of messages, pictures most of all, are kept word for word: a summary is one record of a session. */
const maxKeptBytes = 16 * 1024 * 1024;

/** The longest first prompt that is kept word for word, in characters. */
const maxFirstPromptLength = 8_000;

/** Divides a conversation; `tailTokens` is about how much of its end is kept. */
export function planCompaction(messages: readonly Message[], tailTokens: number): CompactionPlan {
  const start = tailStart(messages, tailTokens);
  const older = messages.slice(0, start);
  const { tail, shortened } = fit(messages.slice(start), tailTokens);
  const prompts = messages.filter(isPrompt);
  const first = prompts[0];
  const last = prompts.at(-1);
  const plan: CompactionPlan = { older: [...older], tail, shortened };
  if (last && older.includes(last)) plan.lastPrompt = last;
  if (first && first !== last && older.includes(first) && isShort(first)) {
    plan.firstPrompt = first;
  }
  plan.older = older.filter((message) => message !== plan.firstPrompt && message !== plan.lastPrompt);
  return plan;
}

/** The conversation as it goes on, put together from a plan and a summary; without one, nothing was summarised. */
export function compactedMessages(
  plan: CompactionPlan,
  summary: string | undefined,
  kept: { files: readonly string[]; tasks: readonly string[]; at: string },
): (Message | SummaryMessage)[] {
  const sections: string[] = [];
  if (summary !== undefined) sections.push(`${summaryHeading}\n\n${summary}`);
  if (summary !== undefined && kept.files.length > 0) {
    sections.push(`## Files changed so far\n\n${kept.files.map((file) => `- ${file}`).join("\n")}`);
  }
  if (summary !== undefined && kept.tasks.length > 0)
    sections.push(`## Open tasks\n\n${kept.tasks.join("\n")}`);
  const text = sections.join("\n\n");
  const made: SummaryMessage = {
    role: "user",
    content: [{ type: "text", text }],
    at: kept.at,
    summary: true,
  };
  return [
    ...(plan.firstPrompt ? [plan.firstPrompt] : []),
    ...(text === "" ? [] : [made]),
    ...(plan.lastPrompt ? [plan.lastPrompt] : []),
    ...plan.tail,
  ];
}

/**
 * The open items of the last checklist that somebody wrote (`- [ ] …`), line by line as they stand. A list that has
 * only done items ends the tasks before it.
 */
export function openTasksIn(messages: readonly Message[]): string[] {
  for (const message of messages.toReversed()) {
    if (message.role === "tool") continue;
    const lines = textOf(message).split("\n");
    const items = lines.filter((line) => /^\s*(?:[-*+]|\d+[.)]) \[[ xX]\] /.test(line));
    if (items.length > 0) return items.filter((line) => /^\s*\S+ \[ \] /.test(line));
  }
  return [];
}

/** Whether a message is what a person said, and not a summary. */
function isPrompt(message: Message): message is UserMessage {
  if (message.role !== "user" || "summary" in message) return false;
  // Sessions of zot, and our own first ones, have no other mark. What a person says has its time.
  return message.at !== undefined || !textOf(message).startsWith(summaryHeading);
}

function isShort(prompt: UserMessage): boolean {
  return textOf(prompt).length <= maxFirstPromptLength && pictureBytes(prompt) <= maxKeptBytes;
}

function pictureBytes(message: Message): number {
  return message.content.reduce((sum, part) => sum + (part.type === "image" ? part.data.length : 0), 0);
}

/** Where the tail begins: at a message that no result belongs to, as far back as there is room. */
function tailStart(messages: readonly Message[], tailTokens: number): number {
  let start = messages.length;
  let tokens = 0;
  let bytes = 0;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (!message) break;
    tokens += estimateTokens([message]);
    bytes += pictureBytes(message);
    if ((tokens > tailTokens || bytes > maxKeptBytes) && start < messages.length) break;
    if (message.role !== "tool") start = index;
  }
  return start === messages.length ? 0 : start;
}

/** Shortens the results of a tail that is too long by itself: one giant result may not keep the rest from going on. */
function fit(tail: readonly Message[], tailTokens: number): { tail: Message[]; shortened: boolean } {
  if (estimateTokens(tail) <= tailTokens) return { tail: [...tail], shortened: false };
  const results = tail.filter((message) => message.role === "tool").length;
  const length = Math.max(1_000, Math.floor((tailTokens * 4) / Math.max(1, results)));
  let shortened = false;
  const fitted = tail.map((message): Message => {
    if (message.role !== "tool") return message;
    const content = message.content.map((part) => {
      if (part.type !== "text" || part.text.length <= length) return part;
      shortened = true;
      return { ...part, text: shorten(part.text, length) };
    });
    return { ...message, content };
  });
  return { tail: fitted, shortened };
}
