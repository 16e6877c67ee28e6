import { hideSecrets } from "../errors/hide-secrets.ts";
import { ProviderError } from "../errors/provider-error.ts";

/** Gives the GitHub token of an account. An error that it throws reaches the caller unchanged. */
export type GithubTokenSource = () => string | Promise<string>;

/** The tokens of one client: where the GitHub token comes from, and what no error may show. */
export interface Credentials {
  /** Asks for the GitHub token and makes sure that it can stand in a header. */
  githubToken(): Promise<string>;
  /** Whether an error is what the source threw; that is its own story, whatever it looks like. */
  areBlamed(error: unknown): boolean;
  /** From now on this is hidden. */
  keepSecret(token: string): void;
  /** An error as the caller may see it: without the tokens that a service threw back. */
  hide(error: unknown): unknown;
}

/** Tokens that are hidden: the newest, and some that a request under way may still have been signed with. */
const KEPT = 6;

/** Makes the {@link Credentials} of a client. */
export function createCredentials(source: GithubTokenSource): Credentials {
  const blamed = new WeakSet<Error>();
  let secrets: readonly string[] = [];

  async function ask(): Promise<unknown> {
    try {
      return await source();
    } catch (error) {
      if (error instanceof Error) blamed.add(error);
      throw error;
    }
  }

  function keepSecret(token: string): void {
    if (!secrets.includes(token)) secrets = [token, ...secrets].slice(0, KEPT);
  }

  return {
    async githubToken() {
      const token = checkGithubToken(await ask());
      keepSecret(token);
      return token;
    },
    areBlamed: (error) => error instanceof Error && blamed.has(error),
    keepSecret,
    hide: (error) => (error instanceof Error && blamed.has(error) ? error : hideSecrets(error, secrets)),
  };
}

/** Makes sure that a token can stand in a header. The value never appears in an error. */
function checkGithubToken(given: unknown): string {
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
