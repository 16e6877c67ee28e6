import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** Sends a request with exactly these headers, which `fetch` would not allow. */
export async function send(
  url: string,
  headers: OutgoingHttpHeaders | readonly string[] = {},
  form?: URLSearchParams | string,
  method = form === undefined ? "GET" : "POST",
): Promise<HttpReply> {
  const call = request(url, { method, headers, agent: false });
  call.end(form?.toString());
  const [response] = (await once(call, "response")) as [IncomingMessage];
  let text = "";
  for await (const piece of response.setEncoding("utf8")) text += String(piece);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

/** Enters like a browser does: what it needs for further requests. */
export async function enter(url: string) {
  const entry = await send(url);
  const cookie = entry.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  const origin = new URL(url).origin;
  const page = origin + (/url=([^"]+)"/.exec(entry.text)?.[1] ?? "");
  const look = async () => (await send(page, { cookie })).text;
  const formToken = async (path = "") =>
    /name="form-token" value="([^"]+)"/.exec((await send(page + path, { cookie })).text)?.[1] ?? "";
  const post = (path: string, fields: Record<string, string>, headers: OutgoingHttpHeaders = {}) =>
    send(
      page + path,
      { cookie, origin, "content-type": "application/x-www-form-urlencoded", ...headers },
      new URLSearchParams(fields),
    );
  return { entry, cookie, origin, page, look, formToken, post };
}
