import { allowedOrigin, type Home } from "../transport/host-rule.ts";
import type { AccessToken } from "../transport/token.ts";

/**
 * The host that a Copilot token belongs to: the one that the exchange named, else the one inside the token (its proxy
 * with `api.` in front), else the home's default. Whatever is named must pass the host rule; a bad name is an error and
 * never leads to another host.
 */
export function copilotOrigin(home: Home, named: string | undefined, token: string): string {
  if (named !== undefined && named !== "") return allowedOrigin(home, named);
  const inside = proxyEndpoint(token);
  if (inside === undefined) return home.copilotOrigin;
  const scheme = home.kind === "loopback" ? "http://" : "https://";
  const full = inside.includes("://") ? inside : scheme + inside;
  return allowedOrigin(
    home,
    full.replace("://proxy.", "://api.").replace("://copilot-proxy.", "://copilot-api."),
  );
}

/** The origin of requests for code completions, which {@link tokenHosts} replaces by the account's host for them. */
export const completionsPlaceholder = "https://copilot-proxy.invalid";

/** The hosts that a token may be sent to, from what the answer that it came with named. */
export function tokenHosts(
  home: Home,
  named: { api?: string | null | undefined; proxy?: string | null | undefined } | null | undefined,
  token: string,
): Pick<AccessToken, "origin" | "originOf"> {
  const proxy = named?.proxy ?? undefined;
  // Checked when it is used: a bad host for completions must not keep anybody from chatting.
  const completions = () =>
    proxy === undefined || proxy === "" ? home.completionsOrigin : allowedOrigin(home, proxy, "completions");
  return {
    origin: copilotOrigin(home, named?.api ?? undefined, token),
    originOf: (asked) => (asked === completionsPlaceholder ? completions() : undefined),
  };
}

/** The value of `proxy-ep` in a token, which is a list of `key=value` pairs and otherwise opaque. */
function proxyEndpoint(token: string): string | undefined {
  const value = /(?:^|;)proxy-ep=([^;]*)/.exec(token)?.[1];
  if (value === undefined || value === "") return undefined;
  // As the last pair it is followed by the signature.
  return value.replace(/:[0-9a-f]{40,}$/i, "");
}
