import { isRecord } from "../http/call.ts";
import { describeTask, type Task } from "./task.ts";

const MAX_LINES = 20;

/** Whether a tool result says that the tool failed. The wire has no flag for it, so its first line must tell. */
export function isFailure(result: string): boolean {
  const first = firstLine(result);
  if (
    /^\W*(?:\w+ )?(?:error|failed|failure|denied|refused|rejected|cancelled|aborted|interrupted)\b/i.test(
      first,
    )
  )
    return true;
  if (/\b(?:ENOENT|EACCES|EISDIR|EPERM)\b/.test(first)) return true;
  return (
    result.length < 400 &&
    /no such file|does not exist|not found|permission denied|not allowed|was denied|was rejected|timed out|declined/i.test(
      first,
    )
  );
}

/** Says what came out of a task. */
export function reportTask(task: Task, result: string): string {
  switch (task.type) {
    case "list":
      return reportList(task, result);
    case "read":
      return reportRead(task.path, result);
    case "search":
      return reportSearch(task.text, result);
    case "edit":
      return `Done: in ${task.path} I replaced "${task.oldText}" with "${task.newText}".`;
    case "write":
      return `Done: I wrote ${task.path} (${task.content.length} characters).`;
    case "run":
      return result.trim() === ""
        ? `\`${task.command}\` ran and printed nothing.`
        : `\`${task.command}\` gave:\n\n${block(result)}`;
    default:
      return "";
  }
}

/** Answers a question about the result of an earlier task. */
export function answerQuestion(subject: string, about: Task, result: string): string {
  const where = about.type === "read" ? about.path : "the result";
  const lines = contentLines(result);
  if (/\blines?\b/.test(subject) && /number|count|many/.test(subject))
    return `${where} has ${lines.length} lines.`;
  if (/\bfiles\b|\bentries\b/.test(subject) && /number|count|many/.test(subject)) {
    return `There are ${lines.length} entries.`;
  }
  if (subject.startsWith("first line")) return `The first line of ${where} is: ${lines[0] ?? "(empty)"}`;
  if (subject.startsWith("last line")) return `The last line of ${where} is: ${lines.at(-1) ?? "(empty)"}`;
  if (/^(?:title|heading)/.test(subject)) {
    const heading = lines.find((line) => /^#+\s/.test(line));
    if (heading !== undefined) return `The title of ${where} is "${heading.replace(/^#+\s*/, "")}".`;
  }
  if (/^(?:contents?|output|result|text)\b/.test(subject)) return reportTask(about, result);
  const field = subject.split(/\s+/)[0] ?? subject;
  const value = fieldValue(field, lines);
  return value === undefined
    ? `I looked for "${field}" in ${where} and found nothing. (I only match words; I understand nothing.)`
    : `The ${field} in ${where} is ${value}.`;
}

/** Says that a task failed, and what was therefore not done. */
export function reportFailure(task: Task, result: string, skipped: readonly Task[]): string {
  const cause = contentLines(result).slice(0, 5).join("\n") || "(no message)";
  const rest =
    skipped.length === 0
      ? ""
      : `\n\nI stopped there and did not ${skipped.map(describeTask).join(", nor ")}.`;
  return `I could not ${describeTask(task)}: ${cause}${rest}`;
}

function reportList(task: Extract<Task, { type: "list" }>, result: string): string {
  const entries = contentLines(result).filter((line) => line.trim() !== "");
  const where = task.path === undefined ? "here" : `in ${task.path}`;
  if (entries.length === 0 || /^no (?:files|matches)/i.test(entries[0] ?? ""))
    return `I found nothing ${where}.`;
  const shown = entries.slice(0, 40).map((entry) => `- ${entry}`);
  const more = entries.length > 40 ? `\n- and ${entries.length - 40} more` : "";
  return `${entries.length === 1 ? "There is 1 entry" : `There are ${entries.length} entries`} ${where}:\n\n${shown.join("\n")}${more}`;
}

function reportRead(path: string, result: string): string {
  const lines = contentLines(result);
  if (lines.length === 0) return `${path} is empty.`;
  const begins = lines.slice(0, 10).join("\n");
  const count = lines.length === 1 ? "1 line" : `${lines.length} lines`;
  return `I read ${path}: ${count}. It begins:\n\n${block(begins)}`;
}

function reportSearch(text: string, result: string): string {
  const lines = contentLines(result).filter((line) => line.trim() !== "");
  if (
    lines.length === 0 ||
    /^(?:no (?:matches|results|output)|\(no output\)|nothing)/i.test(lines[0] ?? "")
  ) {
    return `I found no "${text}".`;
  }
  return `I found "${text}" in ${lines.length === 1 ? "1 line" : `${lines.length} lines`}:\n\n${block(lines.join("\n"))}`;
}

/** A fenced block that the text cannot break out of, cut to a screenful. */
function block(text: string): string {
  const lines = text.trimEnd().split("\n");
  const cut =
    lines.length > MAX_LINES
      ? [...lines.slice(0, MAX_LINES), `(${lines.length - MAX_LINES} more lines)`]
      : lines;
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${cut.join("\n")}\n${fence}`;
}

/** The lines of a result without the line numbers that a read tool may put in front. */
function contentLines(result: string): string[] {
  const lines = result.replace(/\n$/, "").split("\n");
  if (lines.length === 1 && lines[0] === "") return [];
  const numbered = lines.every((line) => /^\s*\d+(?:\t|→|\||: )/.test(line));
  return numbered ? lines.map((line) => line.replace(/^\s*\d+(?:\t|→|\||: )/, "")) : lines;
}

function firstLine(text: string): string {
  return text.trimStart().split("\n", 1)[0] ?? "";
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
