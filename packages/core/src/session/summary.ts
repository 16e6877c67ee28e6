import { open, type FileHandle } from "node:fs/promises";
import { textOf } from "@zotpilot/provider/model";
import type { DurableEvent } from "../events/event.ts";
import { maxLineBytes } from "./lines.ts";
import { entryOf, headerFor } from "./read-session.ts";
import { parseLine, sessionHeader } from "./schema.ts";

/** What a list of sessions shows. */
export interface SessionSummary {
  id: string;
  path: string;
  cwd: string;
  createdAt: string;
  /** When it was last written. */
  updatedAt: Date;
  /** The size of its file. */
  bytes: number;
  /** What a person has named it. */
  name?: string;
  /** The beginning of its first prompt, on one line. */
  title?: string;
  /** The model last chosen, when that stands near its end. */
  model?: string;
  /** The id of the session that it was forked from. */
  parent?: string;
}

/** What of a summary stands in the file. */
export type SummaryFields = Omit<SessionSummary, "path" | "updatedAt" | "bytes">;

const endBytes = 64 * 1024;
const titleLength = 80;
const textKey = '"text":"';

/** Reads the beginning and the end of a session, never all of it. Undefined for a file that is no session. */
export async function readSummary(path: string, size: number): Promise<SummaryFields | undefined> {
  const file = await open(path, "r");
  try {
    const head = Buffer.alloc(Math.min(size, endBytes));
    await file.read(head, 0, head.length, 0);
    const [first = "", ...lines] = head.toString("utf8").split("\n");
    const parsed = sessionHeader.safeParse(parseLine(first));
    const header = parsed.success ? parsed.data : headerFor(path, parseLine(lines[0] ?? ""));
    if (!header) return undefined;
    const { id, cwd, createdAt, parent } = header;
    const summary: SummaryFields = { id, cwd, createdAt, ...(parent !== undefined && { parent }) };
    const tail = Buffer.alloc(Math.min(Math.max(0, size - head.length), endBytes));
    await file.read(tail, 0, tail.length, size - tail.length);
    // The last line of the head and the first of the tail may be halves; halves are no JSON and say nothing.
    for (const event of eventsOf(lines)) note(summary, event);
    const title = summary.title ?? titleOf(await longText(file, lines.at(-1) ?? "", head.length));
    for (const event of eventsOf(tail.toString("utf8").split("\n"))) note(summary, event);
    // A later prompt is no title, however near the end it stands.
    if (title === undefined) delete summary.title;
    else summary.title = title;
    return summary;
  } finally {
    await file.close();
  }
}

/** The first text of a prompt that begins in a piece of a file and is longer; pictures may stand before it. */
async function longText(file: FileHandle, piece: string, position: number): Promise<string> {
  if (!piece.slice(0, 256).includes('"type":"user_message"')) return "";
  let text = piece;
  for (let read = position; read < maxLineBytes;) {
    const start = text.indexOf(textKey);
    if (start !== -1 && text.length - start > 16 * titleLength) break;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(endBytes), 0, endBytes, read);
    if (bytesRead === 0) break;
    read += bytesRead;
    text = (start === -1 ? text.slice(-textKey.length) : text) + buffer.toString("utf8", 0, bytesRead);
    const end = start === -1 ? text.indexOf("\n") : -1;
    if (end === -1) continue;
    text = text.slice(0, end);
    break;
  }
  const start = text.indexOf(textKey);
  const quoted =
    start === -1 ? "" : text.slice(start + textKey.length, start + textKey.length + 12 * titleLength);
  const whole = /^(?:[^"\\\n]|\\u[0-9a-f]{4}|\\[^u\n])*/i.exec(quoted)?.[0] ?? "";
  const value = parseLine(`"${whole}"`);
  return typeof value === "string" ? value : "";
}

function titleOf(text: string): string | undefined {
  const title = text
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, titleLength)
    .replace(/[\ud800-\udbff]$/, "");
  return title === "" ? undefined : title;
}

function note(summary: SummaryFields, event: DurableEvent): void {
  if (event.type === "user_message") {
    summary.title ??= titleOf(textOf(event.message));
  } else if (event.type === "model_changed") summary.model = event.model;
  else if (event.type === "session_named") setName(summary, event.name);
  else if (event.type === "compacted" || event.type === "cleared") {
    if (event.spent?.model !== undefined) summary.model = event.spent.model;
    if (event.spent?.name !== undefined) setName(summary, event.spent.name);
  }
}

function setName(summary: SummaryFields, name: string): void {
  if (name === "") delete summary.name;
  else summary.name = name;
}

function* eventsOf(lines: readonly string[]): Generator<DurableEvent, void> {
  for (const text of lines) {
    // Most lines are messages that say nothing here; those are not taken apart.
    if (!/"type":"(?:user_message|model_changed|session_named|compacted|cleared)"/.test(text)) continue;
    const entry = entryOf({ type: "line", text, number: 0 });
    if (entry && typeof entry !== "string") yield entry.event;
  }
}
