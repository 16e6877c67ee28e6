import { contentText, type Answer, type AnswerRequest, type ChatMessage } from "../answer/answer.ts";
import { answer } from "../answer/build.ts";
import { answerQuestion, isFailure, reportFailure, reportTask } from "./report.ts";
import { ABILITIES, INTRODUCTION, STORY } from "./speeches.ts";
import { describeTask, type Task } from "./task.ts";
import { toolCallFor, wantedTool } from "./tool-call.ts";
import { understand } from "./understand.ts";

const SLOW_MS = 80;

/**
 * The model that speaks when no other script is given: a few rules, not an AI, and it says so. It finds the requests
 * in the last user message (list, read, search, edit, write, run), calls the tools that the request offers for them,
 * one at a time, and reports what came back. It keeps no state: what is done is read from the messages.
 */
export function demoModel(request: AnswerRequest): Answer {
  const { prompt, results, isFirstAnswer } = readConversation(request.messages);
  const offered = new Set(request.tools.map((tool) => tool.function.name));
  const tasks = understand(prompt);
  const greeting = isFirstAnswer ? `${INTRODUCTION} ` : "";

  const doable = tasks.filter((task) => toolCallFor(task, offered) !== undefined);
  const hasFailed = results.some(isFailure);
  const next = hasFailed ? undefined : doable[results.length];
  const call = next === undefined ? undefined : toolCallFor(next, offered);
  if (next !== undefined && call !== undefined) {
    const order = results.length === 0 ? "I will" : "Now I will";
    return answer.toolCalls([call], { text: `${greeting}${order} ${describeTask(next)}.` });
  }
  const isSlow = tasks.some((task) => task.type === "count" || task.type === "story");
  const text = `${greeting}${tasks.length === 0 ? ABILITIES : report(tasks, results, offered)}`;
  return answer.text(text, isSlow ? { delayMs: SLOW_MS } : {});
}

/** What the rules need to know of a conversation. */
function readConversation(messages: readonly ChatMessage[]): {
  prompt: string;
  results: string[];
  isFirstAnswer: boolean;
} {
  const asked = messages.findLastIndex((message) => message.role === "user");
  const results = messages
    .slice(asked + 1)
    .filter((message) => message.role === "tool")
    .map((message) => contentText(message.content));
  const isFirstAnswer = !messages.some(
    (message) => message.role === "assistant" && contentText(message.content).trim() !== "",
  );
  return { prompt: contentText(messages[asked]?.content), results, isFirstAnswer };
}

function report(tasks: readonly Task[], results: readonly string[], offered: ReadonlySet<string>): string {
  const parts: string[] = [];
  let used = 0;
  let about: { task: Task; result: string } | undefined;
  for (const [index, task] of tasks.entries()) {
    if (task.type === "tell") {
      parts.push(about === undefined ? "" : answerQuestion(task.subject, about.task, about.result));
      continue;
    }
    if (task.type === "count") {
      parts.push(Array.from({ length: task.to }, (_, number) => number + 1).join(" "));
      continue;
    }
    if (task.type === "story") {
      parts.push(STORY);
      continue;
    }
    about = undefined;
    const result = toolCallFor(task, offered) === undefined ? undefined : results[used++];
    if (result === undefined) {
      parts.push(
        `I cannot ${describeTask(task)}: the tool "${wantedTool(task) ?? ""}" is not offered to me.`,
      );
      continue;
    }
    if (isFailure(result)) {
      const skipped = tasks.slice(index + 1).filter((later) => later.type !== "tell");
      return [...parts, reportFailure(task, result, skipped)].filter((part) => part !== "").join("\n\n");
    }
    about = { task, result };
    // A question about the result replaces the report of it.
    if (tasks[index + 1]?.type !== "tell") parts.push(reportTask(task, result));
  }
  return parts.filter((part) => part !== "").join("\n\n");
}
