import { lookup } from "node:dns/promises";
import { access } from "node:fs/promises";
import { isIP } from "node:net";
import { displayText } from "../display.ts";
import { resolveGitHubHost } from "../github/host.ts";
import type { Environment } from "../sources/sources.ts";
import { systemReason } from "../store/problem.ts";
import { ProxyRefused, openSocket, patienceMs, readCertificate } from "./connect.ts";
import type { Finding } from "./finding.ts";
import { proxyFor } from "./proxy.ts";
import { certificateFinding, clockFinding, httpFinding } from "./sentences.ts";

/** Settings of `diagnoseHost`. */
export interface DiagnoseOptions {
  /** As `resolveGitHubHost` reads it; github.com unless given. */
  readonly host?: string;
  /** More origins to look at, such as the one of Copilot's models. */
  readonly origins?: readonly string[];
  /** Where the proxy variables are looked up, usually `process.env`. */
  readonly env: Environment;
  /** How the program sends its requests; the global one unless given. */
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
}

/**
 * Finds out why a host cannot be reached: settings, proxy, name, certificate, answer and clock, one finding each for the
 * host's pages, its API and the other origins, in that order, as soon as it is known. Sends no token. What is wrong is a
 * finding and not an error; throws only `AuthError` `host_invalid`, and the signal's reason.
 */
export async function* diagnoseHost(options: DiagnoseOptions): AsyncGenerator<Finding, void> {
  const { env, signal } = options;
  const host = resolveGitHubHost(options.host);
  yield* checkSettings(env);
  const origins = new Set([host.webOrigin, host.apiOrigin, ...(options.origins ?? [])]);
  for (const origin of origins) {
    signal?.throwIfAborted();
    const target = URL.parse(origin);
    if (target === null) continue;
    yield* diagnoseOrigin(target, options);
  }
}

async function* checkSettings(env: Environment): AsyncGenerator<Finding, void> {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0")
    yield {
      check: "settings",
      status: "problem",
      message: "NODE_TLS_REJECT_UNAUTHORIZED=0 switches off every check of certificates.",
      advice: "Unset it; for a company's own certificates, name their file in NODE_EXTRA_CA_CERTS.",
    };
  const certificates = env["NODE_EXTRA_CA_CERTS"];
  if (certificates && !(await access(certificates).then(...yesOrNo)))
    yield {
      check: "settings",
      status: "problem",
      message: `NODE_EXTRA_CA_CERTS names the file ${displayText(certificates)}, which cannot be read.`,
      advice: "Correct the path, or unset the variable.",
    };
}

const yesOrNo = [() => true, () => false] as const;

async function* diagnoseOrigin(target: URL, options: DiagnoseOptions): AsyncGenerator<Finding, void> {
  const { env, signal } = options;
  const { origin } = target;
  const limit = () => {
    const timeout = AbortSignal.timeout(patienceMs);
    return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  };

  const proxy = proxyFor(target, env);
  if (proxy !== undefined) {
    const usable = proxy.url !== undefined;
    yield {
      check: "proxy",
      origin,
      status: usable ? "ok" : "problem",
      message: `${proxy.variable} sends requests through ${proxy.shown}.`,
      ...(!usable && { advice: `Set ${proxy.variable} to an address such as http://proxy.example:8080.` }),
    };
    if (!usable) return;
  }

  const name = (proxy?.url ?? target).hostname.replace(/^\[|\]$/g, "");
  if (isIP(name) === 0) {
    try {
      const addresses = await lookup(name, { all: true });
      const shown = addresses.map(({ address }) => address).slice(0, 3);
      yield { check: "dns", origin, status: "ok", message: `${name} is ${shown.join(", ")}.` };
    } catch (error) {
      yield {
        check: "dns",
        origin,
        status: "problem",
        message: `The name ${displayText(name)} could not be resolved: ${systemReason(error)}.`,
        advice:
          proxy === undefined
            ? "Check the network and the DNS settings; behind a company's proxy, set HTTPS_PROXY."
            : `Check the name of the proxy in ${proxy.variable}.`,
      };
      return;
    }
    signal?.throwIfAborted();
  }

  if (target.protocol === "https:") {
    try {
      const during = limit();
      const socket = await openSocket(target, proxy?.url, during);
      try {
        const finding = certificateFinding(origin, await readCertificate(socket, target.hostname, during));
        yield finding;
        if (finding.status === "problem") return;
      } finally {
        socket.destroy();
      }
    } catch (error) {
      signal?.throwIfAborted();
      yield notConnected(target, proxy?.variable, error);
      return;
    }
  }

  const sentAt = Date.now();
  try {
    const { fetch = globalThis.fetch } = options;
    const response = await fetch(origin, { method: "HEAD", redirect: "manual", signal: limit() });
    await response.body?.cancel();
    yield httpFinding(origin, response);
    const clock = clockFinding(origin, response.headers.get("date"), (sentAt + Date.now()) / 2);
    if (clock !== undefined) yield clock;
  } catch (error) {
    signal?.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    yield notConnected(target, proxy?.variable, cause);
  }
}

function notConnected({ origin, host }: URL, proxyVariable: string | undefined, error: unknown): Finding {
  if (error instanceof ProxyRefused)
    return {
      check: "proxy",
      origin,
      status: "problem",
      message: `The proxy does not connect to ${host}: HTTP ${error.status}.`,
      advice:
        error.status === 407
          ? `The proxy wants a user name and password: put them into ${proxyVariable} (http://user:password@host).`
          : `Ask who runs the proxy to allow ${host}, or exclude it with NO_PROXY.`,
    };
  const late = error instanceof Error && ["TimeoutError", "AbortError"].includes(error.name);
  const reason = late ? `no answer within ${patienceMs / 1000} seconds` : displayText(systemReason(error));
  return {
    check: "connection",
    origin,
    status: "problem",
    message: `${host} could not be reached: ${reason}.`,
    advice:
      proxyVariable === undefined
        ? "Check the network and the firewall; behind a company's proxy, set HTTPS_PROXY."
        : `Check the proxy in ${proxyVariable}.`,
  };
}
