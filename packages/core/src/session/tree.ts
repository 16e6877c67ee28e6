import type { SessionSummary } from "./summary.ts";

/** A session and those that were forked from it. */
export interface SessionTree {
  session: SessionSummary;
  forks: SessionTree[];
}

/** Sessions as trees of their forks. A fork whose original is gone is a root; so is one in a ring of a damaged file. */
export function sessionTrees(sessions: readonly SessionSummary[]): SessionTree[] {
  const nodes = new Map(sessions.map((session) => [session.id, { session, forks: [] as SessionTree[] }]));
  const roots: SessionTree[] = [];
  for (const node of nodes.values()) {
    const parent = node.session.parent === undefined ? undefined : nodes.get(node.session.parent);
    if (parent && !isAbove(nodes, node.session, parent.session)) parent.forks.push(node);
    else roots.push(node);
  }
  return roots;
}

/** Whether following the parents of `below` comes to `session`. */
function isAbove(
  nodes: ReadonlyMap<string, SessionTree>,
  session: SessionSummary,
  below: SessionSummary,
): boolean {
  const seen = new Set<string>();
  for (let current: SessionSummary | undefined = below; current && !seen.has(current.id);) {
    if (current.id === session.id) return true;
    seen.add(current.id);
    current = current.parent === undefined ? undefined : nodes.get(current.parent)?.session;
  }
  return false;
}
