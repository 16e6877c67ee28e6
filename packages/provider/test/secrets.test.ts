import { describe, expect, test } from "vitest";
import { collectCompletion, collectMessage, createCopilot, isProviderError } from "../src/index.ts";
import { everythingOf, expectNoSecret } from "./canary.ts";
import { json, startService, text, TOKEN_PATH, type Answer } from "./fake-service.ts";
import { hello } from "./simulated.ts";

const GITHUB = "ghu_CANARYgithubCANARYgithubCANARYgithub";
const COPILOT =
  "tid=CANARYtidCANARYtidCANARY;exp=4102444800;sku=CANARYsku;ip=192.0.2.77:c0ffee00c0ffee00c0ffee00c0ffee00";
const SECRETS = [GITHUB, COPILOT];
const USER_PATH = "/copilot_internal/user";

const minted = json({ token: COPILOT, expires_at: 4_102_444_800, refresh_in: 1500 });

/** Ways in which a service, or somebody in its place, throws the request's own secret back at us. */
const ECHOES: Record<string, (secret: string) => Answer> = {
  "a 400 with the token in JSON": (secret) =>
    json({ error: { message: `bad token ${secret} sent`, code: secret } }, 400),
  "a 400 with the token as plain text": (secret) => text(`Authorization: Bearer ${secret}`, 400),
  "a 401 with the token": (secret) => text(`unauthorized: ${secret}`, 401),
  "a 402 with the token": (secret) => json({ error: { message: secret, code: "quota_exceeded" } }, 402),
  "a 403 with the token as details": (secret) =>
    json(
      { message: secret, error_details: { message: secret, title: secret, notification_id: secret } },
      403,
    ),
  "a 404 with the token": (secret) => text(secret, 404),
  "a 429 with the token": (secret) =>
    json({ error: { message: secret, code: "rate_limited" } }, 429, { "retry-after": "5" }),
  "a 500 with the token in a page title": (secret) =>
    text(`<html><title>${secret}</title></html>`, 500, { "retry-after": "1", "x-github-request-id": "" }),
  "a token in the request id": (secret) => text("no", 400, { "x-request-id": secret }),
  "a redirect with the token": (secret) =>
    text("", 302, { location: `http://127.0.0.1:1/${secret}?t=${secret}` }),
  "a 200 with the token as text": (secret) => text(`token=${secret}`),
  "a 200 with the token in broken JSON": (secret) => text(`{"token: "${secret}"`),
  "a 200 with the token in JSON": (secret) => json({ error: { message: secret }, data: secret }),
  "a long body with the token at every place": (secret) =>
    text(`${"x".repeat(290)}${secret} `.repeat(500), 400),
  "a connection that breaks": () => (_request, response) => void response.socket?.resetAndDestroy(),
  "a body that breaks": (secret) => (_request, response) => {
    response.writeHead(200).write(`data: {"choices":[{"delta":{"content":"${secret}`);
    setTimeout(() => response.socket?.resetAndDestroy(), 20);
  },
  "words that are no HTTP": (secret) => (_request, response) =>
    void response.socket?.end(`you sent: ${secret}\r\n\r\n`),
  "a header that is none": (secret) => (_request, response) =>
    void response.socket?.end(`HTTP/1.1 200 OK\r\nx ${secret}\r\n\r\n`),
  "a chunk without a size": (secret) => (_request, response) => {
    response.socket?.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\ndata:\r\n");
    setTimeout(() => response.socket?.end(`ZZ ${secret}\r\n`), 20);
  },
  "an error in the stream": (secret) => (_request, response) => {
    response
      .writeHead(200)
      .end(`data: {"error":{"message":"token ${secret} is bad","code":"${secret}"}}\n\n`);
  },
  "a bare error at the end of the stream": (secret) => (_request, response) => {
    response.writeHead(200).end(`{"error":{"message":"token ${secret} is bad"}}`);
  },
};

async function failuresOf(routes: Record<string, Answer>, github = GITHUB): Promise<unknown[]> {
  const service = await startService(routes);
  const copilot = createCopilot({ githubToken: () => github, host: service.origin });
  const asked = [
    collectMessage(copilot.stream(hello)),
    collectCompletion(copilot.complete({ prompt: "a" })),
    copilot.embeddings("a"),
    copilot.listModels(),
    copilot.enableModel("some-model"),
    copilot.user(),
  ];
  const settled = await Promise.allSettled(asked);
  await copilot.close();
  return settled.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
}

async function check(routesOf: (echo: (secret: string) => Answer) => Record<string, Answer>): Promise<void> {
  const failures = await Promise.all(
    Object.entries(ECHOES).map(async ([name, echo]) => ({ name, failed: await failuresOf(routesOf(echo)) })),
  );
  let redacted = 0;
  for (const { name, failed } of failures) {
    expect(failed.length, name).toBeGreaterThanOrEqual(1);
    for (const failure of failed) {
      expect(isProviderError(failure), `${name}: ${String(failure)}`).toBe(true);
      expectNoSecret(failure, SECRETS);
    }
    if (failed.some((failure) => everythingOf(failure).includes("[redacted]"))) redacted += 1;
  }
  // The secrets did come back, so that there was something to hide.
  expect(redacted).toBeGreaterThan(8);
}

describe("S-A6, S-J1: no error shows a token", () => {
  test("that the exchange and the account's endpoint throw back", async () => {
    await check((echo) => ({ [TOKEN_PATH]: echo(GITHUB), [USER_PATH]: echo(GITHUB) }));
  });

  test("that Copilot throws back", async () => {
    await check((echo) => ({ [TOKEN_PATH]: minted, [USER_PATH]: echo(GITHUB), "*": echo(COPILOT) }));
  });

  test("that the exchange hands out for a host that is not Copilot's", async () => {
    const named = [
      "https://copilot.example",
      "http://192.0.2.1",
      `https://${GITHUB}.example`,
      `https://x:${GITHUB}@example.com`,
    ];
    for (const api of named) {
      const answer = json({ token: COPILOT, refresh_in: 1500, endpoints: { api } });
      for (const failure of await failuresOf({ [TOKEN_PATH]: answer, [USER_PATH]: text("no", 404) })) {
        expect(isProviderError(failure)).toBe(true);
        expectNoSecret(failure, SECRETS);
      }
    }
    const inside = json({ token: COPILOT.replace(";ip=", ";proxy-ep=proxy.example;ip="), refresh_in: 1500 });
    const failures = await failuresOf({ [TOKEN_PATH]: inside, [USER_PATH]: text("no", 404) });
    expect(String(failures[0])).toContain("api.example");
    for (const failure of failures) expectNoSecret(failure, SECRETS);
  });

  test("that an answer throws back which is no HTTP, also to those who use the transport or `fetch`", async () => {
    for (const name of ["words that are no HTTP", "a header that is none", "a chunk without a size"]) {
      const service = await startService({ [TOKEN_PATH]: minted, "*": ECHOES[name]?.(COPILOT) ?? text("") });
      const copilot = createCopilot({ githubToken: () => GITHUB, host: service.origin });
      const calls = [
        copilot.fetch("https://copilot.invalid/models").then((answer) => answer.text()),
        copilot.dispatcher
          .request({ origin: "https://copilot.invalid", path: "/models", method: "GET" })
          .then(({ body }) => body.text()),
      ];
      for (const call of await Promise.allSettled<unknown>(calls)) {
        const failure: unknown = call.status === "rejected" ? call.reason : undefined;
        expect(failure, name).toBeInstanceOf(Error);
        expectNoSecret(failure, SECRETS);
      }
      await copilot.close();
    }
  });

  test.each([
    [
      "that begins with its end",
      `exp=4102444800;sku=CANARYskuCANARYsku;tid=CANARYtidCANARY;rt=1:c0ffee00CANARY`,
    ],
    ["of the old form", "CANARYopaqueV1hashCANARY:org:4102444800:CANARYmacCANARYmac"],
    ["of no form at all", "CANARY/opaque+CANARY.opaque~CANARY"],
  ])("%s", async (_name, token) => {
    const github = "0123456789CANARY0123456789CANARYabcdef0123";
    const routesOf = (echo: (secret: string) => Answer) => ({
      [TOKEN_PATH]: json({ token, refresh_in: 1500 }),
      [USER_PATH]: echo(github),
      "*": echo(token),
    });
    let hidden = 0;
    for (const [name, echo] of Object.entries(ECHOES)) {
      for (const failure of await failuresOf(routesOf(echo), github)) {
        expect(isProviderError(failure), name).toBe(true);
        expectNoSecret(failure, [github, token, "CANARY"]);
        if (everythingOf(failure).includes("[redacted]")) hidden += 1;
      }
    }
    for (const failure of await failuresOf({ "*": text(`bad ${github}`, 400) }, github)) {
      expectNoSecret(failure, [github, "CANARY"]);
    }
    expect(hidden).toBeGreaterThan(20);
  });

  test("that cannot stand in a header", async () => {
    const service = await startService({ [TOKEN_PATH]: json({ token: `${COPILOT}\r\nx: y` }) });
    for (const githubToken of [`${GITHUB}\r\nx: y`, `${GITHUB}\u0000`, `${GITHUB} and more`, GITHUB]) {
      const copilot = createCopilot({ githubToken: () => githubToken, host: service.origin });
      const failure = await copilot.listModels().catch((error: unknown) => error);
      expect(isProviderError(failure), String(failure)).toBe(true);
      expectNoSecret(failure, SECRETS);
      await copilot.close();
    }
    expect(service.seen).toHaveLength(1);
  });

  test("and no other error of the network names one", async () => {
    for (const host of ["http://127.0.0.1:1", "https://127.0.0.1:1"]) {
      const copilot = createCopilot({ githubToken: () => GITHUB, host });
      const calls = [copilot.listModels(), copilot.user(), collectMessage(copilot.stream(hello))];
      for (const call of await Promise.allSettled<unknown>(calls)) {
        const failure: unknown = call.status === "rejected" ? call.reason : undefined;
        expect(failure).toMatchObject({ code: "network" });
        expectNoSecret(failure, SECRETS);
      }
      await copilot.close();
    }
  });
});
