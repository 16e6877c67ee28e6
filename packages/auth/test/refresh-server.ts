import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { Credential } from "../src/index.ts";

interface RefreshServerSettings {
  /** Answers a refresh token that was used once more with the pair that it brought, instead of refusing it. */
  readonly lenient?: boolean;
  /** The life of a token, in seconds. */
  readonly expiresIn?: number;
}

/** One exchange that was carried out: the pair that was brought, and the process that asked. */
export interface Exchange {
  readonly generation: number;
  readonly process: string;
}

/** A GitHub whose tokens expire: each exchange uses its refresh token up, the pairs are numbered. */
export async function refreshServer(settings: RefreshServerSettings = {}) {
  const { lenient = false, expiresIn = 28_800 } = settings;
  const exchanges: Exchange[] = [];
  const refusals: string[] = [];
  let generation = 0;
  /** What to answer instead, once for each. */
  const failures: (readonly [status: number, body: string])[] = [];

  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const form = new URLSearchParams(body);
      const failure = failures.shift();
      const answer = failure ?? exchange(form, String(request.headers["x-process"] ?? ""));
      // Long enough that others arrive while one is under way.
      setTimeout(() => {
        response.writeHead(answer[0], { "content-type": "application/json" });
        response.end(answer[1]);
      }, 10);
    });
  });

  function exchange(form: URLSearchParams, process: string): readonly [number, string] {
    const asked = Number(/^ghr_pair(\d+)$/.exec(form.get("refresh_token") ?? "")?.[1]);
    const again = lenient && asked === generation - 1;
    if (form.get("grant_type") !== "refresh_token" || (asked !== generation && !again)) {
      refusals.push(form.get("refresh_token") ?? "");
      return [200, JSON.stringify({ error: "bad_refresh_token", error_description: "It is not known." })];
    }
    if (!again) generation += 1;
    exchanges.push({ generation, process });
    return [
      200,
      JSON.stringify({
        access_token: `ghu_pair${generation}`,
        refresh_token: `ghr_pair${generation}`,
        token_type: "bearer",
        expires_in: expiresIn,
      }),
    ];
  }

  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    host,
    id: `ada@${host}`,
    exchanges,
    refusals,
    failures,
    /** The token that is good now. */
    token: () => `ghu_pair${generation}`,
    /** What a login would have stored, its token over for an hour. */
    expired: (): Credential => ({
      type: "oauth",
      host,
      login: "ada",
      token: `ghu_pair${generation}`,
      refreshToken: `ghr_pair${generation}`,
      createdAt: "2026-01-01T00:00:00.000Z",
      expiresAt: new Date(Date.now() - 3_600_000).toISOString(),
      clientId: "Iv1.sample",
    }),
  };
}
