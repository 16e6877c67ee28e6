import { displayText } from "../display.ts";
import { AuthError } from "../errors.ts";
import { describeToken } from "./kind.ts";
import type { TokenKind } from "./kind.ts";

/** What a host answered to a token, as far as it is known. */
export interface TokenRefusal {
  /** The host's name, for the sentence. */
  readonly host: string;
  readonly token: string;
  readonly status: number;
  /** The host's own words, and where it sends people. */
  readonly message?: string;
  readonly url?: string;
}

const notAccepted: Partial<Record<TokenKind, string>> = {
  github_app: "it was revoked, or its eight hours are over. Sign in again.",
  oauth_app: "it was revoked, or the application was removed from the account. Sign in again.",
  fine_grained: "it was revoked, or the day on which it expires has come. Make a new one, or sign in.",
  installation:
    "such a token ends with its workflow, after an hour at the latest. Use one of the present run.",
};

const notFound: Partial<Record<TokenKind, string>> = {
  oauth_app: "it was issued to an application that may not use Copilot. Sign in, or take a token of another.",
  fine_grained:
    'a personal access token reaches Copilot only with the permission "Copilot Requests". Add it, or sign in.',
  installation: "it belongs to an application and not to a person with Copilot. Sign in as a person.",
};

const permissions: Partial<Record<TokenKind, string>> = {
  fine_grained: 'It lacks the permission "Copilot Requests": add it where the token was made, or sign in.',
  installation:
    'It needs the permission "copilot-requests: write" in the workflow, or a token of a person instead.',
};

/**
 * The error for a token that a host refused with 401, 403 or 404, with a sentence for each kind of token and the host's own
 * reason and link where it gave one. `token_revoked` for 401, `access_denied` otherwise. The token is not in it.
 */
export function explainTokenRefusal(refusal: TokenRefusal): AuthError {
  const { host, token, status } = refusal;
  const { kind, title } = describeToken(token);
  const own =
    refusal.message === undefined ? undefined : displayText(refusal.message, 300).replace(/\.$/, "");
  const link = refusal.url === undefined ? "" : ` See ${displayText(refusal.url, 300)}`;
  if (status === 401) {
    const reason = notAccepted[kind] ?? "it is wrong, revoked or over. Sign in again.";
    return new AuthError("token_revoked", `${host} does not accept this ${title}: ${reason}`);
  }
  if (status === 404) {
    const reason = notFound[kind] ?? "its account or its application has no Copilot there. Sign in again.";
    return new AuthError("access_denied", `${host} shows no Copilot to this ${title}: ${reason}`);
  }
  if (/resource not accessible/i.test(own ?? "") && permissions[kind] !== undefined)
    return new AuthError("access_denied", `${host} refuses this ${title}. ${permissions[kind]}`);
  return new AuthError("access_denied", `${host} refuses: ${own ?? `HTTP ${status}`}.${link}`);
}
