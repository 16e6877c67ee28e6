import { ProviderError } from "../errors/provider-error.ts";

/** Gives the GitHub token of an account. Whatever it throws reaches the caller unchanged. */
export type GithubTokenSource = () => string | Promise<string>;

/** Asks for the token and makes sure that it can stand in a header. The value never appears in an error. */
export async function readGithubToken(source: GithubTokenSource): Promise<string> {
  const given: unknown = await source();
  const token = typeof given === "string" ? given.trim() : "";
  if (token === "") {
    throw new ProviderError("unauthenticated", "There is no GitHub token to sign in to Copilot with.", {
      hint: "Run `zotpilot login`.",
    });
  }
  if (!/^[\u0021-\u007e]{1,2000}$/.test(token)) {
    throw new ProviderError(
      "unauthenticated",
      "The stored GitHub token holds characters that no token has; nothing was sent.",
      { hint: "Run `zotpilot login` again, or check the variable that holds the token." },
    );
  }
  return token;
}
