import { isCoreError, type SessionStore, type SessionSummary } from "@zotpilot/core";
import { UsageError } from "../errors.ts";

/** The session that a person means. Throws a {@link UsageError} that says where to look when there is none, or several. */
export async function findSession(store: SessionStore, wanted: string): Promise<SessionSummary> {
  try {
    return await store.find(wanted);
  } catch (error) {
    if (!isCoreError(error) || error.code !== "session_not_found") throw error;
    throw new UsageError(`${error.message}; \`zotpilot sessions\` lists those of this folder.`, {
      cause: error,
    });
  }
}
