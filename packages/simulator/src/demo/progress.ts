import type { ScriptedToolCall } from "../answer/answer.ts";
import { isFailure } from "./result.ts";
import type { Task } from "./task.ts";
import { toolCallFor, wantedTool } from "./tool-call.ts";

/** A task that came to its end. */
export type Step =
  /** Needs no tool. */
  | { type: "said"; task: Task }
  | { type: "done"; task: Task; call: ScriptedToolCall; result: string }
  | { type: "failed"; task: Task; call: ScriptedToolCall; result: string; skipped: readonly Task[] }
  | { type: "no_tool"; task: Task; tool: string };

/** How far the tasks of a prompt have come. */
export interface Progress {
  steps: readonly Step[];
  /** The call to make now; undefined when everything is done or something failed. */
  next: { task: Task; call: ScriptedToolCall } | undefined;
}

/** Lays the results that have come beside the tasks, in order. A failed task ends it. */
export function followTasks(
  tasks: readonly Task[],
  results: readonly string[],
  offered: ReadonlySet<string>,
): Progress {
  const steps: Step[] = [];
  const open = [...tasks];
  let used = 0;
  for (let task = open.shift(); task !== undefined; task = open.shift()) {
    const tool = wantedTool(task);
    const call = toolCallFor(task, offered);
    if (tool === undefined) {
      steps.push({ type: "said", task });
      continue;
    }
    if (call === undefined) {
      steps.push({ type: "no_tool", task, tool });
      continue;
    }
    const result = results[used];
    used += 1;
    if (result === undefined) return { steps, next: { task, call } };
    if (!isFailure(result)) {
      steps.push({ type: "done", task, call, result });
      continue;
    }
    const other = otherWay(task, result);
    if (other === undefined || toolCallFor(other, offered) === undefined) {
      const skipped = open.filter((later) => later.type !== "tell");
      steps.push({ type: "failed", task, call, result, skipped });
      return { steps, next: undefined };
    }
    open.unshift(other);
  }
  return { steps, next: undefined };
}

/** A folder cannot be read, but listed. */
function otherWay(task: Task, result: string): Task | undefined {
  if (task.type !== "read" || !/\bis a (?:folder|directory)\b|EISDIR/i.test(result)) return undefined;
  return { type: "list", pattern: "*", path: task.path };
}
