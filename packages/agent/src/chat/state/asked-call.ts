import { decodeArguments, type ApprovalRequest } from "@zotpilot/core";
import type { ToolCall } from "@zotpilot/provider/model";
import { sanitizeTerminalText } from "@zotpilot/tui";
import { linesOf, markedLines } from "./text-lines.ts";

/** What a call would do, for the person who is asked about it. Safe to show. */
export interface AskedCall {
  /** All of it, in lines. */
  readonly text: string;
  /** Whether the lines are those of a diff. */
  readonly isDiff: boolean;
}

/** Shows the command as it is, and what `edit` and `write` would change as a diff; any other call with its arguments. */
export function askedCall(call: ToolCall, command: string | undefined): AskedCall {
  if (command !== undefined) return { text: sanitizeTerminalText(command), isDiff: false };
  const input = decodeArguments(call);
  const changes = isRecord(input) ? changesOf(input) : undefined;
  if (changes !== undefined) return { text: sanitizeTerminalText(changes), isDiff: true };
  const whole = input instanceof Error ? call.arguments : JSON.stringify(input, null, 2);
  return { text: sanitizeTerminalText(whole), isDiff: false };
}

/** Why a person is asked about a call and what it would touch, a line each. Not made safe. */
export function groundsOf({ reasons, writes, hosts }: ApprovalRequest): string[] {
  return [
    ...(reasons.length > 0 ? [`because ${reasons.join(", ")}`] : []),
    ...(writes.length > 0 ? [`writes ${writes.join(", ")}`] : []),
    ...(hosts.length > 0 ? [`reaches ${hosts.join(", ")}`] : []),
  ];
}

/** Undefined when the arguments are not those of an edit or a write, to the letter: nothing may go unseen. */
function changesOf({ path, ...rest }: Record<string, unknown>): string | undefined {
  if (typeof path !== "string") return undefined;
  const names = Object.keys(rest).join();
  if (names === "content" && typeof rest["content"] === "string") {
    return [path, ...markedLines("+", linesOf(rest["content"]))].join("\n");
  }
  if (names !== "edits" || !Array.isArray(rest["edits"])) return undefined;
  const edits: readonly unknown[] = rest["edits"];
  const shown = edits.map(editLines);
  return shown.includes(undefined)
    ? undefined
    : [path, ...shown.flatMap((lines) => ["@@", ...(lines ?? [])])].join("\n");
}

function editLines(edit: unknown): string[] | undefined {
  if (!isRecord(edit) || Object.keys(edit).toSorted().join() !== "newText,oldText") return undefined;
  const { oldText, newText } = edit;
  if (typeof oldText !== "string" || typeof newText !== "string") return undefined;
  const before = linesOf(oldText);
  const after = linesOf(newText);
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && before[same] === after[same]) same += 1;
  let sameAtEnd = 0;
  while (sameAtEnd < shorter - same && before.at(-1 - sameAtEnd) === after.at(-1 - sameAtEnd)) sameAtEnd += 1;
  return [
    ...markedLines(" ", before.slice(0, same)),
    ...markedLines("-", before.slice(same, before.length - sameAtEnd)),
    ...markedLines("+", after.slice(same, after.length - sameAtEnd)),
    ...markedLines(" ", before.slice(before.length - sameAtEnd)),
  ];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Error);
}
