import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What the server does with one request: JSON with a status, or anything a node:http server can do. */
export type Answer =
  | { readonly status?: number; readonly json: unknown; readonly headers?: Record<string, string> }
  | { readonly status?: number; readonly text: string; readonly headers?: Record<string, string> }
  | ((request: IncomingMessage, response: ServerResponse) => void);

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly form: URLSearchParams;
}

export interface ScriptedServer {
  readonly origin: string;
  readonly requests: SeenRequest[];
  /** How often the token was asked for. */
  polls(): number;
}

export const canary = { deviceCode: "canary-device-code-5f1d", token: "ghu_canary_token_8c2e" };

export const deviceCode = (origin: string, more: Record<string, unknown> = {}) => ({
  device_code: canary.deviceCode,
  user_code: "WDJB-MJHT",
  verification_uri: `${origin}/login/device`,
  expires_in: 900,
  interval: 5,
  ...more,
});
export const pending: Answer = { json: { error: "authorization_pending" } };
export const granted: Answer = {
  json: { access_token: canary.token, token_type: "bearer", scope: "read:user" },
};

/** A tiny GitHub that says what the script says. The last poll answer is repeated. */
export async function scriptedServer(script: {
  readonly start?: (origin: string) => Answer;
  readonly polls?: readonly Answer[];
  readonly user?: readonly Answer[];
  readonly copilotUser?: readonly Answer[];
}): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const count = (path: string) => requests.filter((request) => request.path === path).length;
  const pick = (answers: readonly Answer[], path: string): Answer =>
    answers[Math.min(count(path), answers.length) - 1] ?? { status: 500, text: "no script" };
  let origin = "";
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      requests.push({
        method: request.method ?? "",
        path,
        headers: request.headers,
        form: new URLSearchParams(body),
      });
      const answers: Record<string, () => Answer> = {
        "/login/device/code": () => script.start?.(origin) ?? { json: deviceCode(origin) },
        "/login/oauth/access_token": () => pick(script.polls ?? [granted], path),
        "/copilot_internal/user": () => pick(script.copilotUser ?? [], path),
        "/user": () => pick(script.user ?? [{ json: { login: "Octocat" } }], path),
      };
      const answer = answers[path]?.() ?? { status: 404, json: { message: "Not Found" } };
      respond(answer, request, response);
    });
  });
  origin = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin, requests, polls: () => count("/login/oauth/access_token") };
}

function respond(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
  if (typeof answer === "function") {
    answer(request, response);
    return;
  }
  const type = "json" in answer ? "application/json" : "text/html";
  response.writeHead(answer.status ?? 200, { "content-type": type, ...answer.headers });
  response.end("json" in answer ? JSON.stringify(answer.json) : answer.text);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
