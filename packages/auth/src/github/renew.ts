import { AuthError } from "../errors.ts";
import { isTransient, notGitHub, refusal, unwell } from "./answer.ts";
import type { GitHubHost } from "./host.ts";
import { request } from "./http.ts";
import type { HttpOptions } from "./http.ts";
import { errorSchema, tokenSchema } from "./schema.ts";
import { tokenOf } from "./token.ts";
import type { GitHubToken } from "./token.ts";

/** Settings of `renewGitHubToken`. */
export interface RenewOptions extends HttpOptions {
  readonly host: GitHubHost;
  /** The application that the token was issued to. */
  readonly clientId: string;
  /** It is used up by this: the answer holds the next one. */
  readonly refreshToken: string;
}

/**
 * Exchanges a refresh token for a new pair of tokens, once. Throws `AuthError`: `token_expired` when the host does not know
 * the refresh token (any more), `login_failed` when it refuses otherwise, `invalid_response` and `network`.
 */
export async function renewGitHubToken(options: RenewOptions): Promise<GitHubToken> {
  const { host, clientId, refreshToken } = options;
  const answer = await request(
    {
      url: `${host.webOrigin}/login/oauth/access_token`,
      form: { client_id: clientId, grant_type: "refresh_token", refresh_token: refreshToken },
      secret: refreshToken,
    },
    options,
  );
  const token = tokenSchema.safeParse(answer.json);
  if (token.success) return tokenOf(token.data);
  if (isTransient(answer)) throw unwell(host, answer);
  const failure = errorSchema.safeParse(answer.json);
  if (failure.success && ["bad_refresh_token", "invalid_grant"].includes(failure.data.error))
    throw new AuthError("token_expired", `${host.name} does not renew this login any more. Sign in again.`);
  throw refusal(host, answer) ?? notGitHub(host, answer);
}
