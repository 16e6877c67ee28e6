import type { Task } from "../task.ts";

/** The named groups of a match. */
export type Groups = Record<string, string | undefined>;

/** A way to ask for something. */
export interface Rule {
  pattern: RegExp;
  /** What it asks for; undefined when it does not fit after all. `file` is the one that was spoken of last. */
  task: (groups: Groups, file: string | undefined) => Task | readonly Task[] | undefined;
}

/** A rule whose pattern must fit the whole clause, in any case. White space may be any. */
export function rule(pattern: string, task: Rule["task"]): Rule {
  return { pattern: new RegExp(`^(?:${pattern.replaceAll(" ", String.raw`\s+`)})$`, "isu"), task };
}
