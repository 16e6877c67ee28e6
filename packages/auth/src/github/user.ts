import { AuthError } from "../errors.ts";
import { isTransient, messageOf, notGitHub, unwell } from "./answer.ts";
import type { GitHubHost } from "./host.ts";
import { request } from "./http.ts";
import type { HttpOptions } from "./http.ts";
import { userSchema } from "./schema.ts";

/** Settings of `fetchGitHubUser`. */
export interface GitHubUserOptions extends HttpOptions {
  readonly host: GitHubHost;
  readonly token: string;
}

/** The account of a token. */
export interface GitHubUser {
  readonly login: string;
}

/**
 * Asks the host whose token this is. Throws `AuthError`: `token_revoked` when the host does not accept it, `access_denied`
 * when it may not ask, `invalid_response` when the answer is not GitHub's, `network` when there is none.
 */
export async function fetchGitHubUser(options: GitHubUserOptions): Promise<GitHubUser> {
  const { host, token } = options;
  const answer = await request(
    {
      url: `${host.apiOrigin}/user`,
      headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" },
      secret: token,
    },
    options,
  );
  const parsed = userSchema.safeParse(answer.json);
  if (answer.status === 200 && parsed.success) return { login: parsed.data.login };
  if (isTransient(answer)) throw unwell(host, answer);
  const message = messageOf(answer);
  if (answer.status === 401 && message !== undefined)
    throw new AuthError(
      "token_revoked",
      `${host.name} does not accept the token (${message}). Sign in again.`,
    );
  if (answer.status === 403 && message !== undefined)
    throw new AuthError("access_denied", `${host.name} does not say whose token this is: ${message}.`);
  throw notGitHub(host, answer);
}
