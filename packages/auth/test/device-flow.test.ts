import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import {
  createMemoryStore,
  isAuthError,
  login,
  pollForToken,
  requestDeviceCode,
  resolveGitHubHost,
} from "../src/index.ts";
import type { DeviceCode } from "../src/index.ts";
import { canary, deviceCode, granted, pending, scriptedServer } from "./scripted-server.ts";
import type { Answer } from "./scripted-server.ts";
import { virtualClock } from "./virtual-clock.ts";

const clientId = "Iv1.sample";
const slowDown = (interval?: number): Answer => ({ json: { error: "slow_down", interval } });

async function errorOf(action: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error: unknown = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isAuthError(error)) throw new Error(`not an AuthError: ${String(error)}`, { cause: error });
  return { code: error.code, message: error.message };
}

async function requestWith(start: (origin: string) => Answer) {
  const server = await scriptedServer({ start });
  return { server, code: requestDeviceCode({ host: resolveGitHubHost(server.origin), clientId }) };
}

async function pollWith(polls: readonly Answer[], change: Partial<DeviceCode> = {}) {
  const server = await scriptedServer({ polls });
  const clock = virtualClock();
  const host = resolveGitHubHost(server.origin);
  const code = { ...(await requestDeviceCode({ host, clientId })), ...change };
  const result = pollForToken({ host, clientId, deviceCode: code, marginMs: 0, ...clock });
  result.catch(() => undefined);
  return { server, clock, result };
}

describe("S-B1: polls as the RFC says", () => {
  test("sends what the service needs", async () => {
    const { server, result } = await pollWith([granted]);
    expect(await result).toEqual({ token: canary.token, scope: "read:user" });
    const [start, poll] = server.requests;
    expect(start?.form.get("client_id")).toBe(clientId);
    expect(start?.headers.accept).toBe("application/json");
    expect(start?.headers["user-agent"]).toBeTruthy();
    expect(Object.fromEntries(poll?.form ?? [])).toEqual({
      client_id: clientId,
      device_code: canary.deviceCode,
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    });
  });

  test("waits before the first poll and after every answer", async () => {
    const { clock, result } = await pollWith([pending, pending, granted]);
    await result;
    expect(clock.waits).toEqual([5, 5, 5]);
  });

  test.each([undefined, null, 0, -1, "junk", {}])("takes 5 s for the interval %j", async (interval) => {
    const { code } = await requestWith((origin) => ({ json: deviceCode(origin, { interval }) }));
    expect((await code).intervalSeconds).toBe(5);
  });

  test.each([
    [undefined, 900],
    ["junk", 900],
    [60, 60],
    [86_400, 1800],
  ])("expires_in %j means %d seconds", async (expires, seconds) => {
    const { code } = await requestWith((origin) => ({ json: deviceCode(origin, { expires_in: expires }) }));
    expect((await code).expiresInSeconds).toBe(seconds);
  });

  test("adds 5 s for good at each slow_down, or takes the larger number of the server", async () => {
    const { clock, result } = await pollWith([
      slowDown(),
      pending,
      slowDown(30),
      slowDown(1),
      pending,
      granted,
    ]);
    await result;
    expect(clock.waits).toEqual([5, 10, 10, 30, 35, 35]);
  });

  test("adds the margin to every wait", async () => {
    const server = await scriptedServer({ polls: [pending, slowDown(), granted] });
    const host = resolveGitHubHost(server.origin);
    const clock = virtualClock();
    const code = await requestDeviceCode({ host, clientId });
    await pollForToken({ host, clientId, deviceCode: code, marginMs: 1500, ...clock });
    expect(clock.waits).toEqual([6.5, 6.5, 11.5]);
  });

  test("ends with the life of the code, and says so", async () => {
    const { clock, server, result } = await pollWith([pending], { expiresInSeconds: 22 });
    expect(await errorOf(result)).toEqual({
      code: "code_expired",
      message: "The code expired before it was approved. Sign in again for a new one.",
    });
    expect(server.polls()).toBe(4);
    expect(clock.now()).toBe(20_000);
  });

  test("counts the life of the code from when it was issued, not from the first poll", async () => {
    const server = await scriptedServer({
      start: (origin) => ({ json: deviceCode(origin, { expires_in: 60 }) }),
      polls: [pending],
    });
    const clock = virtualClock();
    const seen: string[] = [];
    const watch = async () => {
      const options = { store: createMemoryStore(), host: server.origin, marginMs: 0, ...clock };
      for await (const event of login(options)) {
        seen.push(event.type);
        // The person is shown the code and takes a while.
        if (event.type === "code_issued") await clock.sleep(42_000);
      }
    };
    expect((await errorOf(watch())).code).toBe("code_expired");
    expect(seen).toEqual(["code_issued", "polling"]);
    expect(server.polls()).toBe(3);
    expect(clock.now()).toBe(57_000);
  });

  test("a short device code spoils no words", async () => {
    const server = await scriptedServer({
      start: (origin) => ({ json: deviceCode(origin, { device_code: "a" }) }),
      polls: [pending, granted],
    });
    const store = createMemoryStore();
    for await (const event of login({ store, host: server.origin, ...virtualClock() }))
      expect(event.type).not.toBe("poll_failed");
    expect(await store.list()).toHaveLength(1);
  });

  test("F-46: endless slow_down ends too, with a hint at the clock", async () => {
    const { server, result } = await pollWith([slowDown()], { expiresInSeconds: 60 });
    const error = await errorOf(result);
    expect(error.code).toBe("code_expired");
    expect(error.message).toMatch(/clock of this machine/);
    expect(server.polls()).toBe(4);
  });

  test.each([
    ["expired_token", "code_expired", /expired before it was approved/],
    ["token_expired", "code_expired", /expired before it was approved/],
    ["access_denied", "access_denied", /was denied/],
    ["incorrect_device_code", "login_failed", /does not know this login/],
    ["incorrect_client_credentials", "login_failed", /does not accept the client id/],
    ["device_flow_disabled", "login_failed", /may not sign people in with a code/],
    ["unsupported_grant_type", "login_failed", /does not offer/],
    [
      "brand_new_error",
      "login_failed",
      /refused the login: because \\u\{1b\}\[31m I say so \(brand_new_error\)/,
    ],
  ])("stops at once on %s, with its own sentence, with status 200 and 400", async (error, code, sentence) => {
    for (const status of [200, 400]) {
      const json = { error, error_description: "because \u001b[31m I say so" };
      const { server, result } = await pollWith([pending, { status, json }]);
      const failure = await errorOf(result);
      expect(failure.code).toBe(code);
      expect(failure.message).toMatch(sentence);
      expect(server.polls()).toBe(2);
    }
  });

  test("goes on after passing failures, ever more slowly, and starts anew after a good answer", async () => {
    const html = "<!doctype html><title>502</title>";
    const { clock, result } = await pollWith([
      { status: 502, text: html },
      { status: 200, text: html },
      (request) => request.socket.destroy(),
      { status: 429, json: {}, headers: { "retry-after": "77" } },
      { status: 503, json: { error: "unavailable" } },
      pending,
      { status: 302, text: "", headers: { location: "https://portal.example/" } },
      granted,
    ]);
    expect((await result).token).toBe(canary.token);
    expect(clock.waits).toEqual([5, 10, 20, 40, 77, 60, 5, 10]);
  });

  test("failures until the end are told as what they were", async () => {
    const { result } = await pollWith([{ status: 200, text: "<title>Hotel \u001b[1mWLAN</title>" }], {
      expiresInSeconds: 30,
    });
    const error = await errorOf(result);
    expect(error.code).toBe("invalid_response");
    expect(error.message).toMatch(/^Something between this machine and 127.*"Hotel \\u\{1b\}\[1mWLAN"/);
  });

  test("a Retry-After beyond the life of the code is the end, not an early poll", async () => {
    const busy: Answer = { status: 429, json: {}, headers: { "retry-after": "3600" } };
    const { server, result } = await pollWith([busy, granted], { expiresInSeconds: 60 });
    expect((await errorOf(result)).code).toBe("network");
    expect(server.polls()).toBe(1);
  });

  test("hands over what expiring tokens bring", async () => {
    const json = { access_token: canary.token, scope: "", refresh_token: "ghr_x", expires_in: 28800 };
    const { result } = await pollWith([{ json }]);
    expect(await result).toEqual({ token: canary.token, refreshToken: "ghr_x", expiresInSeconds: 28800 });
  });
});

describe("S-B2: sends people only to the host that they chose", () => {
  test.each([
    "https://evil.example/login/device",
    "https://github.com.evil.example/login/device",
    "https://github.com@evil.example/login/device",
    "http://github.com/login/device",
    "https://github.com:8443/login/device",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "-https://github.com/login/device",
    "--help",
    "https://github.com/login\u001b[31m",
    " https://github.com/login/device",
    "https://github.com/lo\ngin",
    "//evil.example",
    "https://user:pass@github.com/login/device",
  ])("refuses %j", async (verificationUri) => {
    const fetch = async () => Response.json(deviceCode("", { verification_uri: verificationUri }));
    const error = await errorOf(requestDeviceCode({ host: resolveGitHubHost(), clientId, fetch }));
    expect(error.code).toBe("invalid_response");
    expect(error.message).toMatch(/not on github\.com/);
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });

  test("accepts the host's own page", async () => {
    const fetch = async () => Response.json(deviceCode("https://github.com"));
    const code = await requestDeviceCode({ host: resolveGitHubHost(), clientId, fetch });
    expect(code.verificationUri).toBe("https://github.com/login/device");
  });

  test("a tenant's login stays on the tenant", async () => {
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      urls.push(new Request(url).url);
      return urls.length === 1
        ? Response.json(deviceCode("https://octo.ghe.com"))
        : Response.json({ access_token: canary.token });
    };
    const host = resolveGitHubHost("octo.ghe.com");
    const code = await requestDeviceCode({ host, clientId, fetch });
    await pollForToken({ host, clientId, deviceCode: code, fetch, ...virtualClock() });
    expect(urls).toEqual([
      "https://octo.ghe.com/login/device/code",
      "https://octo.ghe.com/login/oauth/access_token",
    ]);
  });
});

describe("S-B6: an answer that is not GitHub's is named as such", () => {
  test.each<[string, Answer, RegExp]>([
    [
      "HTML",
      { text: "<html><title>Blocked by Corp</title>" },
      /HTTP 200 with a web page titled "Blocked by Corp"/,
    ],
    ["an empty page", { text: "" }, /an empty page/],
    ["form-encoded text", { text: "device_code=x&user_code=y" }, /text that is no JSON/],
    ["empty JSON", { json: {} }, /JSON without a usable device_code/],
    ["a list", { json: [] }, /JSON of another form/],
    ["a missing user_code", { json: { ...deviceCode("x"), user_code: undefined } }, /a usable user_code/],
    ["a user_code of the wrong type", { json: { ...deviceCode("x"), user_code: 5 } }, /a usable user_code/],
    [
      "a user_code with escapes",
      { json: { ...deviceCode("x"), user_code: "A\u001b[2J" } },
      /a usable user_code/,
    ],
    [
      "a redirect",
      { status: 302, text: "", headers: { location: "https://portal.example/x" } },
      /a redirect to portal\.example/,
    ],
    [
      "50 MB",
      (_request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        const chunks = Array.from({ length: 50 }, () => Buffer.alloc(1024 * 1024, "x"));
        Readable.from(chunks).pipe(response);
      },
      /more than 1 MB/,
    ],
  ])("%s", async (_name, answer, sentence) => {
    const { code } = await requestWith(() => answer);
    const error = await errorOf(code);
    expect(error.code).toBe("invalid_response");
    expect(error.message).toMatch(/^Something between this machine and 127\.0\.0\.1:\d+ answered: /);
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain(canary.deviceCode);
  });

  test.each<[string, Answer, string, RegExp]>([
    [
      "an unknown client",
      { status: 404, json: { error: "Not Found" } },
      "login_failed",
      /does not know the client id/,
    ],
    ["a refusal", { json: { error: "device_flow_disabled" } }, "login_failed", /may not sign people in/],
    [
      "an outage",
      { status: 503, text: "<h1>sorry</h1>" },
      "network",
      /cannot answer at the moment \(HTTP 503\)/,
    ],
    ["a limit", { status: 429, json: {} }, "network", /is asked too often \(HTTP 429\)/],
    [
      "a dropped connection",
      (request) => request.socket.destroy(),
      "network",
      /^Could not reach 127\.0\.0\.1:\d+: /,
    ],
  ])("but %s is GitHub's", async (_name, answer, code, sentence) => {
    const failed = await errorOf((await requestWith(() => answer)).code);
    expect(failed.code).toBe(code);
    expect(failed.message).toMatch(sentence);
  });
});
