import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { enter, send } from "./http-client.ts";
import { startLoginPage } from "./page-server.ts";

const formKind = "application/x-www-form-urlencoded";

describe("S-C1: loopback only, and gone afterwards", () => {
  test("it listens on 127.0.0.1 and nowhere else", async () => {
    const { server } = await startLoginPage();
    const { hostname, port } = new URL(server.url);
    expect(hostname).toBe("127.0.0.1");
    if (process.platform === "linux") {
      const hexPort = Number(port).toString(16).toUpperCase().padStart(4, "0");
      const tables = await Promise.all(["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8")));
      const listening = [...tables.join("\n").matchAll(/^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ 0A/gm)];
      expect(listening.filter((row) => row[2] === hexPort).map((row) => row[1])).toEqual(["0100007F"]);
    }
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((one) => one !== undefined && one.family === "IPv4" && !one.internal);
    for (const other of others) {
      const socket = connect(Number(port), other?.address);
      const refused = await new Promise((resolve) => {
        socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
        socket.on("connect", () => resolve("connected"));
      });
      socket.destroy();
      expect(refused).toBe("ECONNREFUSED");
    }
  });

  test("it is gone after a time without a visit, and a login that then fails ends it", async () => {
    const { server, simulator, code } = await startLoginPage({ idleTimeoutMs: 50 });
    await code();
    await vi.waitFor(() => expect(send(server.url)).rejects.toMatchObject({ code: "ECONNREFUSED" }), 10_000);
    simulator.denyDevice();
    expect(await server.done).toMatchObject({ type: "timed_out", error: { code: "access_denied" } });
    await server.close();
  });

  test("a login goes on without the page", async () => {
    const { server, simulator, code, store } = await startLoginPage({ idleTimeoutMs: 50 });
    await code();
    await vi.waitFor(() => expect(send(server.url)).rejects.toMatchObject({ code: "ECONNREFUSED" }), 10_000);
    simulator.approveDevice();
    expect(await server.done).toMatchObject({ type: "signed_in" });
    expect(await store.list()).toHaveLength(1);
    await server.close();
  });

  test("an abort ends page and login at once, and nothing is stored", async () => {
    const { server, simulator, code, store, stop } = await startLoginPage();
    await code();
    const browser = await enter(server.url);
    const waiting = send(
      `${browser.page}state?after=${/data-version="(\d+)"/.exec(await browser.look())?.[1]}`,
      {
        cookie: browser.cookie,
      },
    ).catch((error: NodeJS.ErrnoException) => error.code);
    stop();
    expect(await server.done).toEqual({ type: "closed" });
    await server.close();
    await waiting;
    const before = simulator.requests.length;
    simulator.approveDevice();
    await expect(send(server.url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(await store.list()).toEqual([]);
    expect(simulator.requests.length).toBe(before);
  });
});

describe("S-C2: only our own name is served", () => {
  test.each([
    ["another name", (port: string) => ["host", `evil.example:${port}`]],
    ["a name that resolves here", (port: string) => ["host", `localhost:${port}`]],
    ["no port", () => ["host", "127.0.0.1"]],
    ["another port", () => ["host", "127.0.0.1:1"]],
    ["a trailing dot", (port: string) => ["host", `127.0.0.1.:${port}`]],
    ["a user", (port: string) => ["host", `a@127.0.0.1:${port}`]],
    ["every address", (port: string) => ["host", `0.0.0.0:${port}`]],
    ["another way to write it", (port: string) => ["host", `127.1:${port}`]],
    ["IPv6", (port: string) => ["host", `[::1]:${port}`]],
    ["none", () => []],
    ["two", (port: string) => ["host", `127.0.0.1:${port}`, "host", `127.0.0.1:${port}`]],
    ["two, one of them foreign", (port: string) => ["Host", `127.0.0.1:${port}`, "host", "evil.example"]],
  ])("%s", async (_name, hostOf) => {
    const { server, code } = await startLoginPage();
    const browser = await enter(server.url);
    const { port, pathname } = new URL(server.url);
    const page = new URL(browser.page).pathname;
    for (const path of [pathname, page, `${page}state`, "/"]) {
      const reply = await raw(port, [
        `GET ${path} HTTP/1.1`,
        ...pairs(hostOf(port)),
        `Cookie: ${browser.cookie}`,
      ]);
      expect(reply).toMatch(/^HTTP\/1\.1 (421|400) /);
      expect(reply).not.toContain(await code());
      expect(reply).not.toContain("github");
    }
    expect(await browser.look()).toContain(await code());
  });

  test("addresses of other servers are not fetched", async () => {
    const { server } = await startLoginPage();
    const { port, host } = new URL(server.url);
    for (const line of [
      `GET http://evil.example/ HTTP/1.1`,
      `GET http://${host}/ HTTP/1.1`,
      `CONNECT evil.example:443 HTTP/1.1`,
      `OPTIONS * HTTP/1.1`,
    ])
      expect(await raw(port, [line, `Host: ${host}`])).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  });
});

describe("S-C3: nobody but the browser that entered", () => {
  test("the address works once; the second visitor gets a plain refusal", async () => {
    const { server, code, types } = await startLoginPage();
    const first = await enter(server.url);
    const second = await send(server.url);
    expect(second.status).toBe(410);
    expect(second.text).not.toContain(await code());
    expect(second.headers["set-cookie"]).toBeUndefined();
    expect(types()).toContain("page_refused");
    // The one who owns it may come back with the same address.
    expect((await send(server.url, { cookie: first.cookie })).status).toBe(200);
    expect(await first.look()).toContain(await code());
  });

  test("the cookie is bound to the folder of the page, and no script can read it", async () => {
    const { server } = await startLoginPage();
    const { entry } = await enter(server.url);
    const attributes = entry.headers["set-cookie"]?.[0]?.split("; ") ?? [];
    expect(attributes).toEqual(expect.arrayContaining(["HttpOnly", "SameSite=Strict"]));
    const folder = attributes.find((one) => one.startsWith("Path="))?.slice(5) ?? "";
    expect(new URL(server.url).pathname.startsWith(folder)).toBe(true);
    // 32 bytes each.
    for (const secret of [folder.slice(1, -1), attributes[0]?.split("=")[1], server.url.split("/").at(-1)])
      expect(secret).toMatch(/^[\w-]{43}$/);
  });

  test("before anybody entered, and without the right cookie, there is nothing", async () => {
    const { server, code } = await startLoginPage();
    const folder = new URL("./", server.url).href;
    for (const cookie of ["", "zotpilot_login=", "zotpilot_login=x", "other=1; zotpilot_login"]) {
      const reply = await send(folder, { cookie });
      expect([reply.status, reply.text.includes(await code())]).toEqual([403, false]);
    }
    const browser = await enter(server.url);
    expect((await send(browser.page, { cookie: `${browser.cookie}x` })).status).toBe(403);
    // Another server on this address may have planted a cookie of the same name.
    expect((await send(browser.page, { cookie: `zotpilot_login=x; ${browser.cookie}` })).status).toBe(200);
    expect((await send(new URL("/", server.url).href, { cookie: browser.cookie })).status).toBe(404);
    expect((await send(`${browser.page}../`, { cookie: browser.cookie })).status).toBe(404);
  });

  test("a change needs our origin, our cookie and our form, each", async () => {
    const { server, simulator, types, code } = await startLoginPage();
    await code();
    const browser = await enter(server.url);
    simulator.denyDevice();
    await vi.waitFor(() => expect(types()).toContain("attempt_failed"), 10_000);
    const formToken = await browser.formToken();
    expect(formToken).toMatch(/^[\w-]{43}$/);
    const good = { "form-token": formToken };
    const attempts: [number, Promise<{ status: number }>][] = [
      [403, browser.post("new-code", good, { origin: "http://evil.example" })],
      [403, browser.post("new-code", good, { origin: "null" })],
      [403, browser.post("new-code", good, { origin: "http://127.0.0.1:1" })],
      [403, browser.post("new-code", good, { origin: browser.origin.replace("127.0.0.1", "localhost") })],
      [403, send(`${browser.page}new-code`, { cookie: browser.cookie, "content-type": formKind }, "x")],
      [403, browser.post("new-code", good, { "sec-fetch-site": "cross-site" })],
      [403, browser.post("new-code", good, { "sec-fetch-site": "same-site" })],
      [403, browser.post("new-code", good, { "sec-fetch-site": "none" })],
      [403, browser.post("new-code", good, { "sec-fetch-dest": "iframe" })],
      [403, browser.post("new-code", good, { cookie: "" })],
      [403, browser.post("new-code", {})],
      [403, browser.post("new-code", { "form-token": `${formToken}x` })],
      [415, browser.post("new-code", good, { "content-type": "text/plain" })],
      [415, browser.post("new-code", good, { "content-type": "application/json" })],
      [404, browser.post("elsewhere", good)],
      [404, browser.post("token", good)],
    ];
    for (const [index, [status, reply]] of attempts.entries())
      expect([index, (await reply).status]).toEqual([index, status]);
    const twice = `form-token=${formToken}&form-token=${formToken}`;
    const { cookie, origin } = browser;
    const headers = { cookie, origin, "content-type": formKind };
    expect((await send(`${browser.page}new-code`, headers, twice)).status).toBe(400);
    expect((await send(`${browser.page}new-code`, { cookie })).status).toBe(404);
    expect((await send(`${browser.page}new-code`, headers, twice, "PUT")).status).toBe(405);
    expect((await send(browser.page, { cookie }, undefined, "HEAD")).status).toBe(405);
    expect(
      (await send(browser.page, { cookie, origin: "http://evil.example" }, undefined, "OPTIONS")).status,
    ).toBe(405);
    expect(types().filter((type) => type === "code_issued")).toHaveLength(1);

    const posted = await browser.post("new-code", good, { "sec-fetch-site": "same-origin" });
    expect(posted.status).toBe(303);
    await vi.waitFor(() => expect(types().filter((type) => type === "code_issued")).toHaveLength(2), 10_000);
  });

  test("frames, images, scripts and other sites cannot use the address or look", async () => {
    const { server, code } = await startLoginPage();
    const embedded = ["iframe", "frame", "image", "script", "style", "object", "embed", "font", "worker"];
    for (const destination of embedded)
      expect((await send(server.url, { "sec-fetch-dest": destination })).status).toBe(403);
    for (const mode of ["cors", "no-cors", "websocket", "same-origin"])
      expect((await send(server.url, { "sec-fetch-mode": mode })).status).toBe(403);
    expect((await send(server.url, { origin: "http://evil.example" })).status).toBe(403);
    const { cookie, page } = await enter(server.url);
    for (const site of ["cross-site", "same-site"]) {
      const reply = await send(page, { cookie, "sec-fetch-site": site });
      expect([site, reply.status, reply.text.includes(await code())]).toEqual([site, 403, false]);
    }
  });
});

describe("S-C4: the page cannot be turned against the person", () => {
  test("every answer forbids what it can", async () => {
    const { server } = await startLoginPage();
    const browser = await enter(server.url);
    const { cookie, page, origin } = browser;
    const replies = [
      browser.entry,
      await send(page, { cookie }),
      await send(`${page}state?after=0`, { cookie }),
      await send(page),
      await send(server.url),
      await send(`${origin}/`),
      await send(page, { host: "evil.example" }),
      await browser.post("new-code", {}),
      await browser.post("new-code", { "form-token": await browser.formToken() }),
    ];
    for (const { headers } of replies) {
      const policy = headers["content-security-policy"];
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("base-uri 'none'");
      expect(policy).toMatch(/form-action '(none|self)'/);
      expect(policy).not.toMatch(/unsafe|\*|https?:|nonce/);
      expect(headers).toMatchObject({
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
      });
      expect(headers["referrer-policy"]).toMatch(/^(no-referrer|same-origin)$/);
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
      expect(headers).not.toHaveProperty("server");
    }
  });

  test("markup and directions in what a host says are shown, not obeyed", async () => {
    const evil = `"><script>alert(1)</script>\u202e\u0007'`;
    const { server } = await startLoginPage({
      programName: `zot${evil}`,
      startLogin: async function* ({ signal }) {
        yield {
          type: "code_issued",
          userCode: `ABCD${evil}`,
          verificationUri: `javascript:alert(1)//${evil}`,
          expiresInSeconds: 60,
          host: `host${evil}`,
          scope: `scope${evil} __proto__ toString`,
          clientId: `client${evil}`,
        };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
    const { look } = await enter(server.url);
    const page = await look();
    expect(page).not.toContain("<script>alert");
    expect(page).not.toMatch(/[\u202e\u0007]/);
    expect(page).toContain("ABCD&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}\\u{7}&#39;");
    expect(page).not.toMatch(/href="javascript/);
  });
});

describe("S-C7: it cannot be wedged", () => {
  test("bodies over 16 KB are refused, with and without a length", async () => {
    const { server } = await startLoginPage();
    const { page, cookie, origin } = await enter(server.url);
    const headers = { cookie, origin, "content-type": formKind };
    const form = (size: number) => "a=".padEnd(size, "x");
    expect((await send(`${page}new-code`, headers, form(16 * 1024))).status).toBe(403);
    expect((await send(`${page}new-code`, headers, form(16 * 1024 + 1))).status).toBe(413);
    const chunked = { ...headers, "transfer-encoding": "chunked" };
    expect((await send(`${page}new-code`, chunked, form(16 * 1024 + 1))).status).toBe(413);
    expect((await send(page, { cookie })).status).toBe(200);
  });

  test("a megabyte of headers is refused", async () => {
    const { server } = await startLoginPage();
    const { port, host } = new URL(server.url);
    const reply = await raw(port, ["GET / HTTP/1.1", `Host: ${host}`, `X: ${"x".repeat(1024 * 1024)}`]);
    expect(reply).toMatch(/^(HTTP\/1\.1 431 |$)/);
    expect((await send(server.url)).status).toBe(200);
  });

  test("a thousand silent connections and some that trickle do not keep the person out", async () => {
    const { server, code } = await startLoginPage();
    const { port, host } = new URL(server.url);
    const sockets = Array.from({ length: 1000 }, (_, index) => {
      const socket = connect(Number(port), "127.0.0.1");
      socket.on("error", () => undefined).resume();
      if (index % 2 === 0) socket.write("GET / HTTP/1.1\r\nHo");
      else if (index % 3 === 0)
        socket.write(`POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 9\r\n\r\na`);
      return socket;
    });
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    const browser = await enter(server.url);
    expect(await browser.look()).toContain(await code());
    // The oldest made room.
    const open = () => sockets.filter((socket) => !socket.closed).length;
    await vi.waitFor(() => expect(open()).toBeLessThanOrEqual(64), 4_500);
    expect(await browser.look()).toContain(await code());
  });

  test("a client that never finishes its request is cut off", async () => {
    const { server } = await startLoginPage();
    const { port, host } = new URL(server.url);
    const reply = await raw(port, ["GET / HTTP/1.1", `Host: ${host}`, "X: "], "");
    expect(reply).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  test("twenty posts at once start one login", async () => {
    const { server, simulator, types, code } = await startLoginPage();
    await code();
    const browser = await enter(server.url);
    simulator.denyDevice();
    await vi.waitFor(() => expect(types()).toContain("attempt_failed"), 10_000);
    const fields = { "form-token": await browser.formToken() };
    const replies = await Promise.all(Array.from({ length: 20 }, () => browser.post("new-code", fields)));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 303));
    simulator.approveDevice();
    await vi.waitFor(() => expect(types()).toContain("succeeded"), 10_000);
    expect(types().filter((type) => type === "code_issued")).toHaveLength(2);
  });
});

function pairs(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []));
}

/** What comes back for these lines, until the server ends the connection. */
async function raw(
  port: string,
  lines: readonly string[],
  end = "Connection: close\r\n\r\n",
): Promise<string> {
  const socket = connect(Number(port), "127.0.0.1");
  socket.write([...lines, end].join("\r\n"));
  let reply = "";
  socket.setEncoding("utf8").on("data", (piece: string) => (reply += piece));
  await new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
    socket.on("error", () => resolve());
  });
  return reply;
}
