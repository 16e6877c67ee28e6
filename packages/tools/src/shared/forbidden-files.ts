import type { ToolContext } from "@zotpilot/core";

/** Tells which files the rules forbid to read. Paths are absolute. */
export interface IsForbidden {
  (path: string): boolean;
  /** Tells which files a person is asked about before they are read, whatever the rules say. */
  readonly isAskedAbout?: (path: string) => boolean;
}

/** What the tools find in their context when there are such rules. */
export interface GuardedContext extends ToolContext {
  isForbidden?: IsForbidden;
}

/** What is forbidden to a call that goes through whole folders; nothing when nobody says. */
export function forbiddenTo(context: ToolContext): IsForbidden {
  return (context as GuardedContext).isForbidden ?? (() => false);
}
