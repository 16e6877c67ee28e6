import type { ScriptedToolCall } from "../answer/answer.ts";
import type { Task } from "./task.ts";

/** The tool call that does a task with the tools a request offers; undefined when none of them can. */
export function toolCallFor(task: Task, offered: ReadonlySet<string>): ScriptedToolCall | undefined {
  return candidates(task).find((call) => offered.has(call.name));
}

/** The tool a task would need, for saying that it is missing. */
export function wantedTool(task: Task): string | undefined {
  return candidates(task)[0]?.name;
}

/** Ways to do a task, the best first. */
function candidates(task: Task): ScriptedToolCall[] {
  switch (task.type) {
    case "list": {
      const where = task.path === undefined ? {} : { path: task.path };
      const listing =
        task.pattern === "*"
          ? `ls -A ${quote(task.path ?? ".")}`
          : `find . -path ${quote(`./${task.pattern}`)}`;
      return [call("glob", { pattern: task.pattern, ...where }), call("bash", { command: listing })];
    }
    case "read": {
      const lines = {
        ...(task.offset === undefined ? {} : { offset: task.offset }),
        ...(task.limit === undefined ? {} : { limit: task.limit }),
      };
      return [
        call("read", { path: task.path, ...lines }),
        call("bash", { command: `cat -- ${quote(task.path)}` }),
      ];
    }
    case "search": {
      const where = task.path ?? ".";
      const grep = `grep -rnIF --exclude-dir=node_modules --exclude-dir=.git -e ${quote(task.text)} -- ${quote(where)} | head -n 50`;
      const path = task.path === undefined ? {} : { path: task.path };
      return [call("grep", { pattern: task.text, ...path }), call("bash", { command: grep })];
    }
    case "edit":
      return [call("edit", { path: task.path, edits: [{ oldText: task.oldText, newText: task.newText }] })];
    case "write":
      return [call("write", { path: task.path, content: task.content })];
    case "append":
      return [call("bash", { command: `printf '%s\\n' ${quote(task.content)} >> ${quote(task.path)}` })];
    case "run":
      return [call("bash", { command: task.command })];
    case "tell":
    case "cannot":
    case "unknown":
    case "count":
    case "story":
      return [];
    default:
      return task satisfies never;
  }
}

function call(name: string, args: Record<string, unknown>): ScriptedToolCall {
  return { name, arguments: args };
}

/** The command of a call of a shell. */
export function commandOf({ arguments: args }: ScriptedToolCall): string | undefined {
  const command = typeof args === "object" ? args["command"] : undefined;
  return typeof command === "string" ? command : undefined;
}

/** A word for a POSIX shell that stands for exactly this text. */
function quote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
