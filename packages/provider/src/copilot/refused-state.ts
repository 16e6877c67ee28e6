import { createHash } from "node:crypto";
import type { ModelRequest } from "../model/request.ts";

/** How many pieces of refused state are remembered. */
const REFUSED_LIMIT = 10_000;

/**
 * Remembers state that the service has refused, as digests, so that a conversation that goes on is not refused anew
 * with every request. What is thought later on is another piece, and good.
 */
export function createRefusedState() {
  const refused = new Set<string>();
  const digest = (opaque: string) => createHash("sha256").update(opaque).digest("base64");
  return {
    has: (opaque: string) => refused.size > 0 && refused.has(digest(opaque)),
    /** All that a request may have sent; which piece it was is not told. */
    add(request: ModelRequest): void {
      if (refused.size >= REFUSED_LIMIT) refused.clear();
      for (const { content } of request.messages) {
        for (const part of content) {
          if (part.type === "reasoning" && part.opaque !== undefined) refused.add(digest(part.opaque));
        }
      }
    },
  };
}
