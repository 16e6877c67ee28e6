import { defaultClientId } from "./client-id.ts";
import { resolveGitHubHost } from "./github/host.ts";
import { describeToken } from "./token/kind.ts";

/** What is known of a credential that is to be revoked. */
export interface RevokeQuestion {
  /** As `resolveGitHubHost` reads it. */
  readonly host?: string;
  /** The application that the token was issued to; `defaultClientId` unless given. */
  readonly clientId?: string;
  /** The token, when it is known: it decides which page it is, and is not in the answer. */
  readonly token?: string;
}

/**
 * The page on which a person takes a token back on the host: signing out here only forgets it. The page depends on what
 * the token was issued to (a GitHub App, an OAuth app, a personal access token). Throws `AuthError` `host_invalid`.
 */
export function revokeUrl(question: RevokeQuestion = {}): string {
  const { clientId, token } = question;
  const settings = `${resolveGitHubHost(question.host).webOrigin}/settings`;
  const kind = token === undefined ? undefined : describeToken(token).kind;
  if (kind === "fine_grained") return `${settings}/personal-access-tokens`;
  if (kind === "classic") return `${settings}/tokens`;
  // GitHub Apps have client ids that begin with Iv; their page lists all of them.
  const application = clientId ?? defaultClientId;
  if (kind === "oauth_app" && clientId === undefined) return `${settings}/applications`;
  if (kind === "github_app" || application.startsWith("Iv")) return `${settings}/apps/authorizations`;
  return `${settings}/connections/applications/${encodeURIComponent(application)}`;
}
