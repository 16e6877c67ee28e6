import { displayText } from "../errors/redact.ts";
import { ProviderError } from "../errors/provider-error.ts";

/** The place an account lives at, and which hosts may see its tokens. */
export interface Home {
  /** As the person wrote it, normalised: `github.com`, `tenant.ghe.com`, `http://127.0.0.1:4141`. */
  readonly name: string;
  readonly kind: "dotcom" | "tenant" | "loopback";
  /** Where GitHub's REST interface is, as an origin. */
  readonly restOrigin: string;
  /** Where Copilot is when the token does not say it, as an origin. */
  readonly copilotOrigin: string;
  /** Where code completions are when the token does not say it, as an origin. */
  readonly completionsOrigin: string;
}

/** What a host is for: the models, or code completions, which have one of their own. */
export type HostRole = "api" | "completions";

const LABELS = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const LONGEST = 300;

/** Whether a host name means this machine. */
export function isLoopbackName(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Scheme, host and port of a value that has nothing else; `undefined` for everything odd. */
export function parseOrigin(value: string): { scheme: string; host: string; port: string } | undefined {
  if (value.length > LONGEST || !/^[\u0021-\u007e]+$/.test(value) || /[\\@?#%]/.test(value)) return undefined;
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return undefined;
  if (url.pathname !== "/" && url.pathname !== "") return undefined;
  // The parser turns odd spellings (full-width letters, 0x7f.1, a missing slash) into plain ones: insist on the plain one.
  const rest = value.slice(value.indexOf("://") + 3).replace(/\/$/, "");
  if (!value.includes("://") || rest.includes("/")) return undefined;
  const host = url.hostname.toLowerCase().replace(/\.$/, "");
  const written = rest.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
  if (host !== written) return undefined;
  if (host !== "[::1]" && !LABELS.test(host)) return undefined;
  return { scheme: url.protocol, host, port: url.port };
}

/**
 * Reads the configured host: `github.com`, `NAME.ghe.com`, or a loopback origin such as `http://127.0.0.1:4141` for
 * the simulator. Throws a `bad_request` {@link ProviderError} for anything else, before anything is sent.
 */
export function parseHome(value: string): Home {
  const trimmed = value.trim() === "" ? "github.com" : value.trim();
  const parsed = parseOrigin(trimmed.includes("://") ? trimmed : `https://${trimmed}`);
  if (parsed) {
    const { scheme, host, port } = parsed;
    const secure = scheme === "https:" && (port === "" || port === "443");
    if (isLoopbackName(host) && (scheme === "http:" || scheme === "https:") && trimmed.includes("://")) {
      const origin = `${scheme}//${host}${port === "" ? "" : `:${port}`}`;
      return {
        name: origin,
        kind: "loopback",
        restOrigin: origin,
        copilotOrigin: origin,
        completionsOrigin: origin,
      };
    }
    if (secure && (host === "github.com" || host === "api.github.com" || host === "www.github.com")) {
      return {
        name: "github.com",
        kind: "dotcom",
        restOrigin: "https://api.github.com",
        copilotOrigin: "https://api.githubcopilot.com",
        completionsOrigin: "https://copilot-proxy.githubusercontent.com",
      };
    }
    if (secure && /^[a-z0-9-]+\.ghe\.com$/.test(host)) {
      return {
        name: host,
        kind: "tenant",
        restOrigin: `https://api.${host}`,
        copilotOrigin: `https://copilot-api.${host}`,
        completionsOrigin: `https://copilot-proxy.${host}`,
      };
    }
  }
  throw new ProviderError(
    "bad_request",
    `The configured host "${displayText(value, 100)}" is not one that may see your GitHub token.`,
    { hint: "Use github.com, NAME.ghe.com, or http://127.0.0.1:PORT for the simulator." },
  );
}

function isAllowed(
  home: Home,
  parsed: { scheme: string; host: string; port: string },
  role: HostRole,
): boolean {
  const { scheme, host, port } = parsed;
  if (home.kind === "loopback") return (scheme === "http:" || scheme === "https:") && isLoopbackName(host);
  if (scheme !== "https:" || (port !== "" && port !== "443")) return false;
  // The default host of completions lies outside the names that a token answer may choose from.
  if (role === "completions" && `https://${host}` === home.completionsOrigin) return true;
  if (home.kind === "tenant") {
    return host === home.name || host === `api.${home.name}` || host === `copilot-api.${home.name}`;
  }
  return host.endsWith(".githubcopilot.com");
}

/**
 * The host rule: gives back the origin of a host that a token answer named, if that host may see the token. It is
 * applied before any header is set. Throws an `invalid_response` {@link ProviderError} naming the host otherwise;
 * there is no fall-back to another host.
 *
 * Allowed are, over https on port 443: for github.com every name under `githubcopilot.com`; for a tenant its own three
 * names, and for code completions also the one host that serves them by default. Plain http and other ports are allowed
 * only between loopback addresses.
 */
export function allowedOrigin(home: Home, value: string, role: HostRole = "api"): string {
  const parsed = parseOrigin(value);
  if (!parsed || !isAllowed(home, parsed, role)) {
    throw new ProviderError(
      "invalid_response",
      `The Copilot token names the host "${displayText(value, 100)}", which does not belong to ${home.name}; nothing was sent to it.`,
      { hint: "Check the network for a proxy that changes answers, and the configured host." },
    );
  }
  return `${parsed.scheme}//${parsed.host}${parsed.port === "" ? "" : `:${parsed.port}`}`;
}
