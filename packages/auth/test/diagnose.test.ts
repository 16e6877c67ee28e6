import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { diagnoseHost } from "../src/index.ts";
import type { DiagnoseOptions, Finding } from "../src/index.ts";
import { hasOpenssl, makeCertificate } from "./certificates.ts";

async function diagnose(options: DiagnoseOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of diagnoseHost(options)) findings.push(finding);
  return findings;
}

async function listen(server: Server | ReturnType<typeof createTlsServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy that lets through to `port` whatever is asked for, or refuses with a status. */
async function proxy(answer: { readonly port?: number; readonly status?: number }) {
  const asked: IncomingMessage[] = [];
  const server = createServer();
  server.on("connect", (request: IncomingMessage, socket) => {
    asked.push(request);
    socket.on("error", () => undefined);
    if (answer.port === undefined) {
      socket.end(`HTTP/1.1 ${answer.status} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(answer.port, "127.0.0.1");
    upstream.on("error", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    socket.write("HTTP/1.1 200 Connected\r\n\r\n");
    socket.pipe(upstream).pipe(socket);
  });
  const port = await listen(server);
  return { asked, address: `127.0.0.1:${port}` };
}

const answering =
  (headers: Record<string, string>, status = 200): typeof globalThis.fetch =>
  async () =>
    new Response(null, { status, headers });

/** A server on loopback that says what time it is. */
async function loopbackHost(date: Date, status = 200): Promise<string> {
  const server = createServer((_request, response) => {
    response.sendDate = false;
    response.writeHead(status, { date: date.toUTCString(), server: "sample" }).end();
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

test("a host that answers is found well", async () => {
  const host = await loopbackHost(new Date());
  const findings = await diagnose({ host, env: {} });
  expect(findings).toEqual([
    { check: "http", origin: host, status: "ok", message: "It answers with HTTP 200 (server: sample)." },
    { check: "clock", origin: host, status: "ok", message: "The clock of this machine is right." },
  ]);
});

test.each([
  [2 * 24 * 3_600_000, /2 days behind/],
  [-2 * 24 * 3_600_000, /2 days ahead/],
  [5 * 60_000, /5 minutes behind/],
  [-8 * 3_600_000, /8 hours ahead/],
])("F-12: a clock that is wrong by %i ms is told with what to do", async (skew, sentence) => {
  const host = await loopbackHost(new Date(Date.now() + skew));
  const clock = (await diagnose({ host, env: {} })).find(({ check }) => check === "clock");
  expect(clock).toMatchObject({ status: "warning", message: expect.stringMatching(sentence) });
  expect(clock?.advice).toMatch(/^Set the clock/);
});

test.each([
  [429, "warning", /wait for a while/],
  [502, "warning", /try again later/],
  [403, "warning", /policy may block it/],
  [404, "ok", undefined],
])("HTTP %i is judged", async (status, judgement, advice) => {
  const host = await loopbackHost(new Date(), status);
  const http = (await diagnose({ host, env: {} })).find(({ check }) => check === "http");
  expect(http?.status).toBe(judgement);
  if (advice === undefined) expect(http?.advice).toBeUndefined();
  else expect(http?.advice).toMatch(advice);
});

test("F-13: nobody answers at that address", async () => {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  const host = `http://127.0.0.1:${port}`;
  expect(await diagnose({ host, env: {} })).toEqual([
    {
      check: "connection",
      origin: host,
      status: "problem",
      message: expect.stringMatching(/could not be reached: .*ECONNREFUSED/),
      advice: expect.stringMatching(/firewall/),
    },
  ]);
});

test("F-13: a name that does not exist is the proxy's when there is one", async () => {
  const env = { https_proxy: "http://user:canary@no-such-host.invalid:8080" };
  const findings = await diagnose({ env });
  expect(findings.filter(({ status }) => status === "problem")).toMatchObject([
    { check: "dns", origin: "https://github.com", advice: expect.stringMatching(/https_proxy/) },
    { check: "dns", origin: "https://api.github.com" },
  ]);
  expect(JSON.stringify(findings)).not.toContain("canary");
});

describe("a proxy", () => {
  test.each([
    [407, /user name and password/],
    [403, /allow github\.com/],
  ])("F-15: that refuses with %i is named, its password is not", async (status, advice) => {
    const { address, asked } = await proxy({ status });
    const findings = await diagnose({ env: { HTTPS_PROXY: `http://user:canary@${address}` } });
    expect(findings.slice(0, 2)).toEqual([
      {
        check: "proxy",
        origin: "https://github.com",
        status: "ok",
        message: `HTTPS_PROXY sends requests through http://${address}.`,
      },
      {
        check: "proxy",
        origin: "https://github.com",
        status: "problem",
        message: `The proxy does not connect to github.com: HTTP ${status}.`,
        advice: expect.stringMatching(advice),
      },
    ]);
    expect(JSON.stringify(findings)).not.toContain("canary");
    expect(asked[0]?.url).toBe("github.com:443");
    const basic = String(asked[0]?.headers["proxy-authorization"]).replace("Basic ", "");
    expect(Buffer.from(basic, "base64").toString()).toBe("user:canary");
  });

  test.each([["::::"], ["socks5://127.0.0.1:1"], ["http://"]])(
    "whose address is %j is said to be none",
    async (value) => {
      const [finding] = await diagnose({ env: { HTTPS_PROXY: value } });
      expect(finding).toMatchObject({
        check: "proxy",
        status: "problem",
        advice: expect.stringMatching(/Set /),
      });
    },
  );

  test("is not used for what NO_PROXY excludes", async () => {
    const { address, asked } = await proxy({ status: 407 });
    const host = await loopbackHost(new Date());
    const env = { HTTP_PROXY: `http://${address}`, NO_PROXY: "example.com, 127.0.0.1" };
    expect((await diagnose({ host, env })).map(({ check }) => check)).toEqual(["http", "clock"]);
    expect(asked).toEqual([]);
  });
});

describe.runIf(hasOpenssl)("F-14: certificates", () => {
  async function behind(name: string) {
    const certificate = await makeCertificate(name);
    const secure = createTlsServer(certificate, (socket) => void socket.on("error", () => undefined));
    const { address } = await proxy({ port: await listen(secure) });
    return diagnose({ env: { HTTPS_PROXY: `http://${address}` }, fetch: answering({}) });
  }

  test("of an authority that this machine does not know: the issuer is named, and the variable", async () => {
    const findings = await behind("github.com");
    expect(findings.filter(({ check }) => check === "tls")).toMatchObject([
      {
        origin: "https://github.com",
        status: "problem",
        message: expect.stringMatching(/issued by Sample, Authority, whom this machine does not know/),
        advice: expect.stringMatching(/NODE_EXTRA_CA_CERTS/),
      },
      { origin: "https://api.github.com", status: "problem" },
    ]);
    // What a stranger answers is not looked at.
    expect(findings.some(({ check }) => check === "http")).toBe(false);
  });
});

test("settings that weaken or break certificates are told", async () => {
  const host = await loopbackHost(new Date());
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_EXTRA_CA_CERTS: "/nowhere/at/all.pem" };
  const settings = (await diagnose({ host, env })).filter(({ check }) => check === "settings");
  expect(settings).toMatchObject([
    { status: "problem", message: expect.stringMatching(/NODE_TLS_REJECT_UNAUTHORIZED=0/) },
    { status: "problem", message: expect.stringMatching(/\/nowhere\/at\/all\.pem/) },
  ]);
  for (const { advice } of settings) expect(advice).toBeDefined();
});

test("a host that is none is refused, and an abort ends it with the signal's reason", async () => {
  await expect(diagnose({ host: "evil.example", env: {} })).rejects.toMatchObject({ code: "host_invalid" });
  const stop = new AbortController();
  const host = await loopbackHost(new Date());
  const running = diagnose({
    host,
    env: {},
    signal: stop.signal,
    fetch: (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error));
        stop.abort(new Error("the caller left"));
      }),
  });
  await expect(running).rejects.toThrow("the caller left");
});

test("more origins can be looked at, and none is sent a token", async () => {
  const seen: unknown[] = [];
  const host = await loopbackHost(new Date());
  const fetch: typeof globalThis.fetch = async (url, init) => {
    seen.push([url, init?.headers]);
    return new Response(null);
  };
  await diagnose({ host, env: { COPILOT_GITHUB_TOKEN: "ghu_x" }, origins: ["http://127.0.0.2:9"], fetch });
  expect(seen).toEqual([
    [host, undefined],
    ["http://127.0.0.2:9", undefined],
  ]);
});
