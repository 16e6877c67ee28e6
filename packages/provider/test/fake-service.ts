import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { createCopilot, type Copilot, type CopilotOptions } from "../src/index.ts";

/** A request as the server saw it. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A server on loopback that plays GitHub and Copilot on one origin. */
export interface FakeService {
  origin: string;
  /** All requests so far, in order. */
  seen: SeenRequest[];
  /** How many requests a path has had. */
  count(path: string): number;
}

/** Answers one request. */
export type Answer = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

/** Starts a server that answers with `routes[path]`, and stops it when the test ends. */
export async function startService(routes: Record<string, Answer>): Promise<FakeService> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const entry: SeenRequest = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      seen.push(entry);
      const answer = routes[entry.path] ?? routes["*"];
      if (answer) void answer(entry, response);
      else response.writeHead(404).end("no such path");
    });
    request.on("error", () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    count: (path) => seen.filter((entry) => entry.path === path).length,
  };
}

/** Answers with JSON. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response
      .writeHead(status, { "content-type": "application/json", "x-github-request-id": "0:0", ...headers })
      .end(JSON.stringify(body));
  };
}

/** Answers with text. */
export function text(body: string, status = 200, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response
      .writeHead(status, {
        "content-type": "text/plain; charset=utf-8",
        "x-github-request-id": "0:0",
        ...headers,
      })
      .end(body);
  };
}

/** Answers with an event stream. */
export function stream(body: string): Answer {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "x-request-id": "req-1" }).end(body);
  };
}

/** The path of the token exchange. */
export const TOKEN_PATH = "/copilot_internal/v2/token";
/** The path of the chat wire. */
export const CHAT_PATH = "/chat/completions";

/** Answers the exchange with a token that names no host; each call gives another value. */
export function mint(): Answer & { values: string[] } {
  const values: string[] = [];
  const answer: Answer = (request, response) => {
    const value = `tid=fixture;n=${values.length + 1}:mac`;
    values.push(value);
    return json({ token: value, expires_at: Math.floor(Date.now() / 1000) + 1800, refresh_in: 1500 })(
      request,
      response,
    );
  };
  return Object.assign(answer, { values });
}

/** A client of a server that gives it a token and answers with `routes`; closed when the test ends. */
export async function startClient(
  routes: Record<string, Answer>,
  options: Partial<CopilotOptions> = {},
): Promise<{ copilot: Copilot; service: FakeService }> {
  const service = await startService({ [TOKEN_PATH]: mint(), ...routes });
  const copilot = createCopilot({ githubToken: () => "ghu_fixture", host: service.origin, ...options });
  onTestFinished(() => copilot.close());
  return { copilot, service };
}
