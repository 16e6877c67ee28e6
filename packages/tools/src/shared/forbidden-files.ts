import type { ToolContext } from "@zotpilot/core";

/** Tells which files the rules forbid to read. `path` is absolute. */
export type IsForbidden = (path: string) => boolean;

/** What the tools find in their context when there are such rules. */
export interface GuardedContext extends ToolContext {
  isForbidden?: IsForbidden;
}

/** What is forbidden to a call that goes through whole folders; nothing when nobody says. */
export function forbiddenTo(context: ToolContext): IsForbidden {
  return (context as GuardedContext).isForbidden ?? (() => false);
}
