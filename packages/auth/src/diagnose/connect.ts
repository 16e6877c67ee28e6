import { connect as connectPlain } from "node:net";
import type { Socket } from "node:net";
import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { connect as connectSecure } from "node:tls";
import type { PeerCertificate, TLSSocket } from "node:tls";

/** How long one step may take, in milliseconds. */
export const patienceMs = 10_000;

/** What a proxy said when it did not let us through. */
export class ProxyRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

/** A connection to the host and port of an address, through the proxy if one is given. */
export function openSocket(target: URL, proxy: URL | undefined, signal: AbortSignal): Promise<Socket> {
  const port = Number(target.port || (target.protocol === "https:" ? 443 : 80));
  const host = target.hostname.replace(/^\[|\]$/g, "");
  return proxy === undefined ? openPlain(host, port, signal) : openTunnel(proxy, host, port, signal);
}

function openPlain(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectPlain({ host, port, signal });
    socket.once("error", reject);
    socket.once("connect", () => resolve(socket));
  });
}

function openTunnel(proxy: URL, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const send = proxy.protocol === "https:" ? secureRequest : request;
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return new Promise((resolve, reject) => {
    const tunnel = send({
      host: proxy.hostname,
      port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
      method: "CONNECT",
      path: `${host}:${port}`,
      headers: {
        host: `${host}:${port}`,
        ...(proxy.username !== "" && {
          "proxy-authorization": `Basic ${Buffer.from(user).toString("base64")}`,
        }),
      },
      signal,
      agent: false,
    });
    tunnel.once("error", reject);
    tunnel.once("connect", (response, socket) => {
      if (response.statusCode === 200) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(new ProxyRefused(response.statusCode ?? 0));
    });
    tunnel.once("response", (response) => {
      response.resume();
      reject(new ProxyRefused(response.statusCode ?? 0));
    });
    tunnel.end();
  });
}

/** The certificate that a host shows; `error` is why this machine does not trust it, as a code of Node.js. */
export interface ShownCertificate {
  readonly issuer: string;
  readonly validTo: string;
  readonly error: string | undefined;
}

/** Looks at the certificate of a host without trusting it, and sends it nothing. */
export function readCertificate(
  socket: Socket,
  servername: string,
  signal: AbortSignal,
): Promise<ShownCertificate> {
  return new Promise((resolve, reject) => {
    const secure: TLSSocket = connectSecure({ socket, servername, rejectUnauthorized: false });
    const stop = () => secure.destroy(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
    const leave = () => signal.removeEventListener("abort", stop);
    secure.once("error", (error) => {
      leave();
      reject(error);
    });
    secure.once("secureConnect", () => {
      leave();
      const certificate = secure.getPeerCertificate();
      const error: unknown = secure.authorizationError;
      secure.destroy();
      resolve({
        issuer: issuerOf(certificate),
        validTo: certificate.valid_to,
        error:
          error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : codeOf(error),
      });
    });
  });
}

const codeOf = (error: unknown): string | undefined =>
  typeof error === "string" && error !== "" ? error : undefined;

function issuerOf({ issuer }: PeerCertificate): string {
  const names = [issuer?.O, issuer?.CN].flat().filter((name) => typeof name === "string" && name !== "");
  return names.length === 0 ? "an issuer without a name" : names.join(", ");
}
