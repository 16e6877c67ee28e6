import type { ScriptedToolCall } from "../answer/answer.ts";
import { block, count } from "./layout.ts";
import type { Step } from "./progress.ts";
import { answerQuestion } from "./question.ts";
import { failureText, readCommandResult, readResult } from "./result.ts";
import { STORY } from "./speeches.ts";
import { describeTask, type Task } from "./task.ts";
import { commandOf } from "./tool-call.ts";

/** Says what came of the tasks of a prompt, one part for each. */
export function reportSteps(steps: readonly Step[]): string {
  const parts = steps.map((step, index) => reportStep(step, steps[index - 1], steps[index + 1]));
  return parts.filter((part) => part !== "").join("\n\n");
}

function reportStep(step: Step, before: Step | undefined, after: Step | undefined): string {
  switch (step.type) {
    case "said":
      return speak(step.task, before);
    case "no_tool":
      return `I cannot ${describeTask(step.task)}: the tool "${step.tool}" is not offered to me.`;
    case "failed":
      return reportFailure(step.task, step.call, step.result, step.skipped);
    case "done":
      // A question about the result replaces the report of it.
      return isQuestion(after) ? "" : reportTask(step.task, step.call, step.result);
    default:
      return step satisfies never;
  }
}

function isQuestion(step: Step | undefined): boolean {
  return step?.type === "said" && step.task.type === "tell";
}

function speak(task: Task, before: Step | undefined): string {
  switch (task.type) {
    case "tell": {
      if (before?.type !== "done") return "";
      const { task: about, call, result } = before;
      const text = withoutFrame(call, result);
      return answerQuestion(task.subject, about, text) ?? reportTask(about, call, result);
    }
    case "count":
      return Array.from({ length: task.to }, (_, number) => number + 1).join(" ");
    case "story":
      return STORY;
    case "cannot":
      return task.text;
    case "unknown":
      return `I did not understand "${task.text}".`;
    default:
      return "";
  }
}

/** Says what came out of a task. */
function reportTask(task: Task, call: ScriptedToolCall, result: string): string {
  const text = withoutFrame(call, result);
  switch (task.type) {
    case "list":
      return reportList(task, text);
    case "read":
      return reportRead(task.path, text);
    case "search":
      return reportSearch(task.text, text);
    case "edit":
      return `Done: in ${task.path} I replaced "${task.oldText}" with "${task.newText}".`;
    case "write":
      return inItsWords(text) ?? `Done: I wrote ${task.path} (${count(task.content.length, "character")}).`;
    case "append":
      return `Done: I added "${task.content}" at the end of ${task.path}.`;
    case "run":
      return text.trim() === ""
        ? `\`${task.command}\` ran and printed nothing.`
        : `\`${task.command}\` printed:\n\n${block(text)}`;
    default:
      return "";
  }
}

/** Says that a task failed, and what was therefore not done. */
function reportFailure(task: Task, call: ScriptedToolCall, result: string, skipped: readonly Task[]): string {
  const rest =
    skipped.length === 0
      ? ""
      : `\n\nI stopped there and did not ${skipped.map(describeTask).join(", nor ")}.`;
  const command = commandOf(call);
  const { output, exitCode, reason } = readCommandResult(result, command ?? "");
  if (command === undefined || exitCode === undefined) {
    return `I could not ${describeTask(task)}: ${failureText(result)}${rest}`;
  }
  const printed = output === "" ? " and printed nothing." : ` and printed:\n\n${block(output)}`;
  const end = reason === "" ? `ended with exit code ${exitCode}` : `was ended ${reason}`;
  return `\`${task.type === "run" ? task.command : command}\` ${end}${printed}${rest}`;
}

/** The text of a result, without what a shell tool writes around it. */
function withoutFrame(call: ScriptedToolCall, result: string): string {
  const command = commandOf(call);
  return command === undefined ? result : readCommandResult(result, command).output;
}

/** A short result in one line is said as the tool said it: only the tool knows what it did. */
function inItsWords(text: string): string | undefined {
  const line = text.trim();
  if (line === "" || line.includes("\n") || line.length > 200) return undefined;
  return `${/^(?:created|overwrote|wrote|updated)\b/i.test(line) ? "Done: " : ""}${line.replace(/\.?$/, ".")}`;
}

function reportList(task: Extract<Task, { type: "list" }>, result: string): string {
  const { lines, note } = readResult(result);
  const entries = lines.filter((line) => line.trim() !== "");
  const what = task.pattern === "*" ? "" : ` for ${task.pattern}`;
  const where = task.path === undefined ? "here" : `in ${task.path}`;
  if (entries.length === 0 || /^no (?:files|matches)/i.test(entries[0] ?? ""))
    return `I found nothing${what} ${where}.`;
  const shown = entries.slice(0, 40).map((entry) => `- ${entry}`);
  if (entries.length > 40) shown.push(`- and ${entries.length - 40} more`);
  if (note !== undefined) shown.push(`\n(${note})`);
  const number = entries.length === 1 ? "There is 1 entry" : `There are ${entries.length} entries`;
  return `${number}${what} ${where}:\n\n${shown.join("\n")}`;
}

function reportRead(path: string, result: string): string {
  const { lines, note } = readResult(result);
  if (lines.length === 0) return note === undefined ? `${path} is empty.` : `${path}: ${note}.`;
  const number = `${note === undefined ? "" : "the first "}${count(lines.length, "line")}`;
  const most = 12;
  const text = block(lines.slice(0, most).join("\n"));
  return lines.length > most
    ? `I read ${path}: ${number}. It begins:\n\n${text}`
    : `I read ${path}: ${number}.\n\n${text}`;
}

function reportSearch(text: string, result: string): string {
  const lines = readResult(result).lines.filter((line) => line.trim() !== "");
  if (lines.length > 0 && lines.every((line) => line.startsWith("grep: "))) {
    return `I could not search for "${text}": ${lines[0]?.slice("grep: ".length) ?? ""}.`;
  }
  const isEmpty =
    lines.length === 0 || /^(?:no (?:matches|results|output)|\(no output\)|nothing)/i.test(lines[0] ?? "");
  if (isEmpty) return `I found no "${text}".`;
  return `I found "${text}" in ${count(lines.length, "line")}:\n\n${block(lines.join("\n"))}`;
}
