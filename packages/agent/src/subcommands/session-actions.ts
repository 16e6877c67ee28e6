/** What `zotpilot sessions` can do. */
export const sessionActions = [
  "list",
  "tree",
  "show",
  "search",
  "rename",
  "fork",
  "delete",
  "export",
  "import",
  "prune",
] as const;

/** One of {@link sessionActions}. */
export type SessionAction = (typeof sessionActions)[number];
