import { isRecord } from "../http/call.ts";
import { count } from "./layout.ts";
import { readResult } from "./result.ts";
import type { Task } from "./task.ts";

/** Answers a question about the result of an earlier task; undefined when the result itself is the answer. */
export function answerQuestion(subject: string, about: Task, result: string): string | undefined {
  const where = about.type === "read" ? about.path : "the result";
  const { lines, note } = readResult(result);
  const isNumber = /number|count|many/.test(subject);
  if (isNumber && /\blines?\b/.test(subject)) {
    return note === undefined
      ? `${where} has ${count(lines.length, "line")}.`
      : `${where} has more than ${count(lines.length, "line")}.`;
  }
  if (isNumber && /\b(?:files|entries|folders)\b/.test(subject) && about.type === "list") {
    return countEntries(lines, about.path, note);
  }
  if (subject.startsWith("first line")) return `The first line of ${where} is: ${lines[0] ?? "(empty)"}`;
  if (subject.startsWith("last line") && note === undefined) {
    return `The last line of ${where} is: ${lines.at(-1) ?? "(empty)"}`;
  }
  if (/^(?:title|heading)/.test(subject)) {
    const heading = lines.find((line) => /^#+\s/.test(line));
    if (heading !== undefined) return `The title of ${where} is "${heading.replace(/^#+\s*/, "")}".`;
  }
  if (/^(?:contents?|output|result|text)\b/.test(subject)) return undefined;
  const field = subject.split(/\s+/)[0] ?? subject;
  const value = fieldValue(field, lines);
  return value === undefined
    ? `I looked for "${field}" in ${where} and found nothing. (I only match words; I understand nothing.)`
    : `The ${field} in ${where} is ${value}.`;
}

/** Folders end with a slash, as far as the tool marks them. */
function countEntries(lines: readonly string[], path: string | undefined, note: string | undefined): string {
  const where = path === undefined ? "here" : `in ${path}`;
  const entries = lines.filter((line) => line.trim() !== "" && !line.startsWith("no files match"));
  const folders = entries.filter((line) => line.endsWith("/")).length;
  const files = count(entries.length - folders, "file");
  const more = note === undefined ? "" : ` (${note})`;
  return `I see ${files} and ${count(folders, "folder")} ${where}${more}.`;
}

/** The value of a key in JSON, or in lines like `key: value`, as it is written there. */
function fieldValue(key: string, lines: readonly string[]): string | undefined {
  const text = lines.join("\n");
  try {
    const parsed: unknown = JSON.parse(text);
    const value = isRecord(parsed) ? parsed[key] : undefined;
    return value === undefined ? undefined : JSON.stringify(value);
  } catch {
    const name = key.replaceAll(/[^\w-]/g, "");
    if (name === "") return undefined;
    const pattern = new RegExp(String.raw`^\s*"?${name}"?\s*[:=]\s*("(?:[^"\\]|\\.)*"|[^,\n]+?),?\s*$`, "im");
    return pattern.exec(text)?.[1];
  }
}
