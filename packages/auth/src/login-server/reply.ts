import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { element, html } from "./html.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";

/** How requests are answered: every answer with the headers that keep browsers and caches from doing more with it. */
export interface Replies {
  /** A page of the login. */
  page(response: ServerResponse, status: number, text: string): void;
  /** A page that leads on at once, with a cookie for the way. */
  lead(response: ServerResponse, path: string, cookie: string | undefined): void;
  data(response: ServerResponse, value: object): void;
  see(response: ServerResponse, path: string): void;
  /** A sentence, which must not tell anything about the login. */
  refuse(response: ServerResponse, status: number, sentence: string): void;
}

const always = {
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "permissions-policy": "clipboard-write=(self), clipboard-read=(), camera=(), microphone=(), geolocation=()",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

const refusalStyle =
  ":root{color-scheme:light dark}body{max-width:34rem;margin:15vh auto;padding:0 1.25rem;font:1.05rem/1.6 system-ui,sans-serif}h1{font-size:1.4rem}";

export function createReplies(): Replies {
  const nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  const forRefusals = `${nothing}; style-src ${hash(refusalStyle)}`;
  const forPages = `default-src 'none'; style-src ${hash(pageStyle)}; script-src ${hash(pageScript)}; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

  function send(
    response: ServerResponse,
    status: number,
    type: string,
    body: string,
    more: Record<string, string>,
  ) {
    const headers = {
      ...always,
      "content-security-policy": nothing,
      "referrer-policy": "no-referrer",
      ...more,
    };
    response.writeHead(status, {
      ...headers,
      "content-type": `${type}; charset=utf-8`,
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  }

  return {
    page(response, status, text) {
      // With no-referrer, browsers would post the page's own forms with "Origin: null". Others get no referrer from this
      // policy either.
      const more = { "content-security-policy": forPages, "referrer-policy": "same-origin" };
      send(response, status, "text/html", text, more);
    },
    lead(response, path, cookie) {
      // A redirect would not do: when the address was followed from another site, browsers keep strict cookies back
      // on the whole way. From this page the way starts here.
      const page = html`<!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <title>Signing in</title>
            <meta http-equiv="refresh" content="0;url=${path}" />
          </head>
          <body>
            <p><a href="${path}">Go on</a></p>
          </body>
        </html>`;
      send(response, 200, "text/html", page.html, cookie === undefined ? {} : { "set-cookie": cookie });
    },
    data: (response, value) => send(response, 200, "application/json", JSON.stringify(value), {}),
    see: (response, path) => send(response, 303, "text/plain", "", { location: path }),
    refuse(response, status, sentence) {
      const page = html`<!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <title>Not here</title>
            ${element("style", refusalStyle)}
          </head>
          <body>
            <main>
              <h1>Not here</h1>
              <p>${sentence}</p>
            </main>
          </body>
        </html>`;
      const more = {
        "content-security-policy": forRefusals,
        connection: "close",
        ...(status === 405 && { allow: "GET, POST" }),
      };
      send(response, status, "text/html", page.html, more);
    },
  };
}

function hash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
