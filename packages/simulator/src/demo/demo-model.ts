import { contentText, type Answer, type AnswerRequest, type ChatMessage } from "../answer/answer.ts";
import { answer } from "../answer/build.ts";
import { followTasks } from "./progress.ts";
import { reportSteps } from "./report.ts";
import { smallTalk } from "./small-talk.ts";
import { INTRODUCTION } from "./speeches.ts";
import { describeTask } from "./task.ts";
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
  if (tasks.length === 0) return answer.text(smallTalk(prompt, isFirstAnswer));

  const introduction = isFirstAnswer ? `${INTRODUCTION} ` : "";
  const { steps, next } = followTasks(tasks, results, offered);
  if (next !== undefined) {
    const order = results.length === 0 ? "I will" : "Now I will";
    return answer.toolCalls([next.call], { text: `${introduction}${order} ${describeTask(next.task)}.` });
  }
  const isSlow = tasks.some((task) => task.type === "count" || task.type === "story");
  return answer.text(introduction + reportSteps(steps), isSlow ? { delayMs: SLOW_MS } : {});
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
