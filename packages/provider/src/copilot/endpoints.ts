import { allowedOrigin, type Home } from "../transport/host-rule.ts";

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

/** The value of `proxy-ep` in a token, which is a list of `key=value` pairs and otherwise opaque. */
function proxyEndpoint(token: string): string | undefined {
  const value = /(?:^|;)proxy-ep=([^;]*)/.exec(token)?.[1];
  if (value === undefined || value === "") return undefined;
  // As the last pair it is followed by the signature.
  return value.replace(/:[0-9a-f]{40,}$/i, "");
}
