import { AuthError } from "@zotpilot/auth";
import { createAgent } from "@zotpilot/provider/transport";
import { fetch as undiciFetch, type Dispatcher } from "undici";

/**
 * A `fetch` that goes through the proxy of the environment, as Node's own does not by itself. What is on this machine is
 * reached straight.
 */
export function createProxyFetch(): typeof globalThis.fetch {
  let straight: Dispatcher | undefined;
  let throughProxy: Dispatcher | undefined;
  const proxied = (input: string | URL, init?: object): ReturnType<typeof undiciFetch> => {
    const { protocol, hostname } = new URL(input);
    const isHere = hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]";
    if (protocol === "https:" && process.env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
      const message =
        "nothing was sent: NODE_TLS_REJECT_UNAUTHORIZED=0 turns certificate checks off. Unset it; for a company's own certificates, set NODE_EXTRA_CA_CERTS.";
      return Promise.reject(new AuthError("network", message));
    }
    const dispatcher = isHere
      ? (straight ??= createAgent({ proxy: false }))
      : (throughProxy ??= createAgent());
    return undiciFetch(input, { ...init, dispatcher });
  };
  // The same standard, declared twice: by Node's types and by undici's.
  return proxied as unknown as typeof globalThis.fetch;
}
