import { displayText } from "../display.ts";
import { AuthError } from "../errors.ts";

/** A GitHub to sign in to. `name` identifies it in credentials and can be passed to `resolveGitHubHost` again. */
export interface GitHubHost {
  readonly name: string;
  readonly webOrigin: string;
  readonly apiOrigin: string;
}

const tenant = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.ghe\.com$/;
const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Reads what a person typed as host: nothing or `github.com`, `tenant.ghe.com` (data residency), or a loopback address
 * such as `http://127.0.0.1:4141`, where web pages and API share one origin (a simulator). A token would be sent to the
 * answer, so everything else is refused: throws `AuthError` `host_invalid`.
 */
export function resolveGitHubHost(input = ""): GitHubHost {
  const text = input.trim();
  if (text === "") return publicHost("github.com");
  const refuse = (reason: string) =>
    new AuthError(
      "host_invalid",
      `"${displayText(text, 100)}" ${reason}; expected github.com, <tenant>.ghe.com or a loopback address such as http://127.0.0.1:4141.`,
    );

  const url = parse(text);
  if (url === undefined) throw refuse("is not a host name");
  if (url.username !== "" || url.password !== "") throw refuse("holds a user name or password");
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") throw refuse("is more than a host name");

  if (loopback.has(url.hostname)) {
    if (url.protocol !== "http:") throw refuse("is a loopback address, which is reached with http");
    return { name: url.host, webOrigin: url.origin, apiOrigin: url.origin };
  }
  if (url.protocol !== "https:") throw refuse("would be reached without encryption");
  if (url.port !== "") throw refuse("names a port");
  if (url.hostname === "github.com" || tenant.test(url.hostname)) return publicHost(url.hostname);
  throw refuse("is not a GitHub host");
}

/** True when nothing sent to the host leaves this machine. */
export function isLoopback(host: GitHubHost): boolean {
  return host.webOrigin === host.apiOrigin;
}

function publicHost(name: string): GitHubHost {
  return { name, webOrigin: `https://${name}`, apiOrigin: `https://api.${name}` };
}

function parse(text: string): URL | undefined {
  // URL drops tabs and line ends inside an address without a word.
  if (/[\s\p{Cc}]/u.test(text)) return undefined;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return URL.parse(text) ?? undefined;
  const secure = URL.parse(`https://${text}`) ?? undefined;
  return secure !== undefined && loopback.has(secure.hostname)
    ? (URL.parse(`http://${text}`) ?? undefined)
    : secure;
}
