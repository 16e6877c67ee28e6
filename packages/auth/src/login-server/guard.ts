import type { IncomingMessage } from "node:http";

/** Why a request is not even looked at; the text says nothing about the login. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
}

/**
 * Judges who sends a request, before its path matters: a page under another name (DNS rebinding), a page of another
 * origin, a frame or an image cannot get past this, whatever cookies their browser sends along.
 */
export function refuseStranger(
  request: IncomingMessage,
  port: number,
  entrance: string,
): Refusal | undefined {
  const own = `127.0.0.1:${port}`;
  const hosts = request.rawHeaders.filter((_, index, all) => index % 2 === 0 && isHost(all[index]));
  if (hosts.length !== 1 || request.headers.host !== own)
    return refusal(421, "Not the address of this page.");
  // Only proxies are asked for whole addresses.
  if (!request.url?.startsWith("/")) return refusal(400, "Not an address of this page.");
  if (request.headers.upgrade !== undefined) return refusal(403, "Not for other protocols.");
  if (request.method !== "GET" && request.method !== "POST") return refusal(405, "Only GET and POST.");

  const site = request.headers["sec-fetch-site"];
  const mode = request.headers["sec-fetch-mode"];
  const destination = request.headers["sec-fetch-dest"];
  const { origin } = request.headers;
  const foreign = refusal(403, "Not for other pages.");
  // Old browsers do not send these; for them the cookie and the form's token have to do.
  if (destination !== undefined && destination !== "document" && destination !== "empty") return foreign;
  if (request.method === "POST") {
    if (origin !== `http://${own}`) return foreign;
    return site === undefined || site === "same-origin" ? undefined : foreign;
  }
  if (origin !== undefined && origin !== `http://${own}`) return foreign;
  // The address may be followed from anywhere, such as a terminal in a browser, but only by a person.
  if (request.url === entrance) return mode === undefined || mode === "navigate" ? undefined : foreign;
  return site === undefined || site === "same-origin" || site === "none" ? undefined : foreign;
}

function isHost(name: string | undefined): boolean {
  return name?.toLowerCase() === "host";
}

function refusal(status: number, text: string): Refusal {
  return { status, text };
}
