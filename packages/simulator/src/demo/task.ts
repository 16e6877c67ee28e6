/** One thing a prompt asks for. */
export type Task =
  | { type: "list"; pattern: string; path?: string }
  | { type: "read"; path: string; offset?: number; limit?: number }
  | { type: "search"; text: string; path?: string }
  | { type: "edit"; path: string; oldText: string; newText: string }
  | { type: "write"; path: string; content: string }
  /** Adds a line at the end of a file. */
  | { type: "append"; path: string; content: string }
  | { type: "run"; command: string }
  /** A question about the result of the task before it. */
  | { type: "tell"; subject: string }
  /** Understood, but not possible; the text says what to do instead. */
  | { type: "cannot"; text: string }
  /** A part of the prompt that no rule fits. */
  | { type: "unknown"; text: string }
  /** Count aloud, slowly. */
  | { type: "count"; to: number }
  /** Say something long, slowly. */
  | { type: "story" };

/** A task as people would say it, beginning with a verb. */
export function describeTask(task: Task): string {
  switch (task.type) {
    case "list":
      return `list the files${task.pattern === "*" ? "" : ` that match ${task.pattern}`}${task.path === undefined ? "" : ` in ${task.path}`}`;
    case "read":
      return `read ${task.path}`;
    case "search":
      return `search for "${task.text}"`;
    case "edit":
      return `edit ${task.path}`;
    case "write":
      return `write ${task.path}`;
    case "append":
      return `add a line to ${task.path}`;
    case "run":
      return `run \`${task.command}\``;
    case "tell":
      return `tell the ${task.subject}`;
    case "cannot":
    case "unknown":
      return "do that";
    case "count":
      return `count to ${task.to}`;
    case "story":
      return "tell a story";
    default:
      return task satisfies never;
  }
}
