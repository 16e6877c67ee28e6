import { ProviderError } from "../errors/provider-error.ts";
import { displayText } from "../errors/redact.ts";
import { isLoopbackName, parseOrigin } from "../transport/host-rule.ts";

/** Where a service is: the only place that its key is sent to. */
export interface BaseUrl {
  /** Scheme, host and port. */
  origin: string;
  /** Host and port, for messages. */
  host: string;
  /** The path in front of every endpoint, without a slash at its end. */
  prefix: string;
  isLoopback: boolean;
}

/**
 * Reads the address of a service: https, or http on this machine; a host, perhaps a port and a path, and nothing else.
 * Throws a `bad_request` {@link ProviderError} for anything else.
 */
export function parseBaseUrl(value: string): BaseUrl {
  const [, start, path = ""] = /^([a-z]+:\/\/[^/]+)(\/[\w\-.~/]*)?$/i.exec(value) ?? [];
  const parsed = start === undefined ? undefined : parseOrigin(start);
  if (parsed && !path.split("/").includes("..")) {
    const { scheme, host, port } = parsed;
    const isLoopback = isLoopbackName(host);
    if (scheme === "https:" || (scheme === "http:" && isLoopback)) {
      const name = port === "" ? host : `${host}:${port}`;
      return { origin: `${scheme}//${name}`, host: name, prefix: path.replace(/\/+$/, ""), isLoopback };
    }
  }
  throw new ProviderError("bad_request", `"${displayText(value, 100)}" cannot be the address of a service.`, {
    hint: "Write it as https://host/path; plain http is for this machine alone, since it shows keys and prompts to the network.",
  });
}
