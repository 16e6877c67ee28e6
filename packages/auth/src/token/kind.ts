/** What a token is by its look: only the first characters are looked at, and nobody is asked. */
export type TokenKind =
  | "github_app"
  | "oauth_app"
  | "fine_grained"
  | "installation"
  | "classic"
  | "refresh"
  | "copilot"
  | "empty"
  | "malformed"
  | "unknown";

/** What can be said about a token without showing it. */
export interface TokenDescription {
  readonly kind: TokenKind;
  /** For people, such as "token of a GitHub App (ghu_…)". */
  readonly title: string;
  /** Why Copilot cannot work with it: words that continue "the variable X holds …". Absent for a token worth trying. */
  readonly problem?: string;
}

interface Look extends TokenDescription {
  readonly looksLike: RegExp;
}

const looks: readonly Look[] = [
  { kind: "github_app", looksLike: /^ghu_/, title: "token of a GitHub App (ghu_…)" },
  { kind: "oauth_app", looksLike: /^gho_/, title: "token of an OAuth app (gho_…)" },
  {
    kind: "fine_grained",
    looksLike: /^github_pat_/,
    title: "fine-grained personal access token (github_pat_…)",
  },
  { kind: "installation", looksLike: /^ghs_/, title: "installation token of an app or a workflow (ghs_…)" },
  {
    kind: "classic",
    looksLike: /^ghp_/,
    title: "classic personal access token (ghp_…)",
    problem:
      'a classic personal access token (ghp_…), which Copilot does not accept. Use a fine-grained token with the "Copilot Requests" permission, or sign in.',
  },
  {
    kind: "refresh",
    looksLike: /^ghr_/,
    title: "refresh token (ghr_…)",
    problem:
      "a refresh token (ghr_…), which only serves to get another token. Use that one (ghu_…), or sign in.",
  },
  {
    kind: "copilot",
    looksLike: /^tid=[^;]*;/,
    title: "short-lived Copilot token",
    problem:
      "a Copilot token that an editor made for itself and that ends within the hour. Use the GitHub token that it was made from, or sign in.",
  },
];

/** Says what kind of token this is, and whether Copilot would refuse it whoever asks. Nothing is sent anywhere. */
export function describeToken(token: string): TokenDescription {
  if (token.trim() === "")
    return { kind: "empty", title: "nothing", problem: "nothing: it is empty. Set a token, or remove it." };
  if (!/^[\x21-\x7e]+$/.test(token))
    return {
      kind: "malformed",
      title: "something that is no token",
      problem: "something that is no token: it has blanks or special characters inside.",
    };
  const found = looks.find(({ looksLike }) => looksLike.test(token));
  if (found === undefined) return { kind: "unknown", title: "token of an unknown kind" };
  const { kind, title, problem } = found;
  return { kind, title, ...(problem !== undefined && { problem }) };
}
