import { resolveGitHubHost } from "@zotpilot/auth";
import { createAgent } from "@zotpilot/provider/transport";
import { fetch as undiciFetch } from "undici";

/**
 * A `fetch` that goes through the proxy of the environment, as Node's own does not by itself. What is on this machine is
 * reached straight.
 */
export function createProxyFetch(host: string | undefined): typeof globalThis.fetch {
  const resolved = resolveGitHubHost(host);
  const isLoopback = resolved.webOrigin === resolved.apiOrigin;
  let dispatcher: ReturnType<typeof createAgent> | undefined;
  const proxied = (input: string | URL, init?: object): ReturnType<typeof undiciFetch> => {
    dispatcher ??= createAgent(isLoopback ? { proxy: false } : {});
    return undiciFetch(input, { ...init, dispatcher });
  };
  // The same standard, declared twice: by Node's types and by undici's.
  return proxied as unknown as typeof globalThis.fetch;
}
