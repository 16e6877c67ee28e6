import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { inBrowser, browserPath, newProfile, serve, startBrowser } from "./browser.ts";
import { startLoginPage } from "./page-server.ts";

if (!browserPath)
  console.warn("skipped: hostile pages in a browser, for there is no Chromium on this system");

/**
 * Everything a page can try with an address, run in the hostile page. It even knows the secret folder. What it could
 * read, and what could be seen in frames and windows, is its result.
 */
const attack = (target: string) => `(async () => {
  const target = ${JSON.stringify(target)};
  const loot = [];
  const note = (name, value) => loot.push(name + ": " + value);
  const settle = (promise) => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 1500))]);
  const form = "form-token=guess&value-key=planted";
  const type = { "content-type": "application/x-www-form-urlencoded" };
  for (const path of ["", "state?after=0", "token", "new-code"])
    for (const mode of ["cors", "no-cors", "same-origin"])
      for (const method of ["GET", "POST"]) {
        const body = method === "POST" ? { method, body: form, headers: type } : {};
        await settle(fetch(target + path, { mode, credentials: "include", ...body }).then(
          async (response) => note("fetch " + response.type, await response.text()),
          () => undefined));
      }
  await settle(fetch(target + "new-code", { method: "POST", body: "{}", headers: { "content-type": "application/json", "x-own": "1" } })
    .then(async (response) => note("preflighted", await response.text()), () => undefined));
  navigator.sendBeacon(target + "new-code", new URLSearchParams(form));
  const add = (name, attributes) => settle(new Promise((resolve) => {
    const element = Object.assign(document.createElement(name), attributes);
    element.onload = element.onerror = resolve;
    document.body.append(element);
  }));
  for (const path of ["", "token", "new-code", "state?after=0"]) {
    await add("img", { src: target + path });
    await add("script", { src: target + path });
    await add("link", { rel: "stylesheet", href: target + path });
    await add("iframe", { src: target + path });
    await add("object", { data: target + path });
    await add("embed", { src: target + path });
  }
  for (const frame of document.querySelectorAll("iframe")) {
    try { note("frame", frame.contentDocument.documentElement.outerHTML); } catch {}
  }
  for (const path of ["new-code", "token"]) {
    await add("iframe", { name: "sink-" + path });
    const post = Object.assign(document.createElement("form"), { method: "post", action: target + path, target: "sink-" + path });
    post.innerHTML = '<input name="form-token" value="guess"><input name="value-key" value="planted">';
    document.body.append(post);
    post.submit();
  }
  await settle(new Promise((resolve) => {
    const socket = new WebSocket(target.replace("http", "ws") + "state?after=0");
    socket.onopen = () => note("socket", "open");
    socket.onmessage = (event) => note("socket", event.data);
    socket.onclose = resolve;
  }));
  await settle(new Promise((resolve) => {
    const source = new EventSource(target + "state?after=0", { withCredentials: true });
    source.onmessage = (event) => note("events", event.data);
    source.onerror = () => { source.close(); resolve(); };
  }));
  const opened = window.open(target);
  try {
    // It is readable as long as it is empty.
    for (let look = 0; look < 100; look += 1) {
      const seen = opened.document.documentElement.outerHTML;
      if (seen !== "<html><head></head><body></body></html>") note("window", seen);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    note("window", "never left");
  } catch {}
  return loot;
})()`;

describe.skipIf(!browserPath)("S-C3: a hostile page in the same browser", inBrowser, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser(
      "--host-resolver-rules=MAP evil.test 127.0.0.1,MAP rebound.test 127.0.0.1",
      "--disable-popup-blocking",
    );
  });
  afterAll(() => browser?.close());

  async function start() {
    const taken: unknown[] = [];
    const login = await startLoginPage({
      fields: [{ name: "key", label: "API key" }],
      onSubmit: async (values) => void taken.push(values),
    });
    await login.code();
    const profile = await newProfile(browser);
    await profile.page.goto(login.server.url);
    await profile.page.getByLabel("Copy your one-time code").waitFor();
    const issued = () => login.types().filter((type) => type === "code_issued").length;
    return { ...login, ...profile, taken, issued, address: profile.page.url() };
  }

  const mine = (page: Page, expression: string) => page.evaluate<string>(expression);

  /** What is on the screen of every window and frame but those of the person. */
  async function visible(hostile: Page, own: Page): Promise<string> {
    const pages = hostile
      .context()
      .pages()
      .filter((page) => page !== own);
    const frames = pages.flatMap((page) => page.frames());
    return (await Promise.all(frames.map((frame) => frame.content().catch(() => "")))).join("\n");
  }

  test.each(["evil.test", "127.0.0.1", "localhost"])("served from %s", async (name) => {
    const { page, context, code, address, issued, taken, types, simulator, server } = await start();
    const evil = await serve((_, response) =>
      response.end("<!doctype html><title>win a phone</title><body>"),
    );
    for (const state of ["waiting", "denied"]) {
      if (state === "denied") {
        simulator.denyDevice();
        await page.getByRole("heading", { name: "The request was denied" }).waitFor();
      }
      const hostile = await context.newPage();
      await hostile.goto(`http://${name}:${evil.port}/`);
      const loot = await hostile.evaluate<string[]>(attack(address));
      const seen = `${loot.join("\n")}\n${await visible(hostile, page)}`;
      // Opaque answers are empty; only that they came is known.
      expect(loot.filter((one) => !/^fetch opaque: $/.test(one))).toEqual([]);
      // Compared in silence: all that was seen is too much to print.
      const formToken = await mine(page, "document.querySelector('[name=form-token]')?.value ?? 'none yet'");
      const secrets = [await code(), formToken, "Sign in to", "was denied", "data-version"];
      expect(await mine(page, "document.documentElement.outerHTML")).toContain("data-version");
      expect(secrets.filter((secret) => seen.includes(secret))).toEqual([]);
      for (const other of context.pages()) if (other !== page) await other.close();
    }
    expect([issued(), taken]).toEqual([1, []]);
    expect(types().filter((type) => !["code_issued", "polling", "page_opened"].includes(type))).toEqual([
      "attempt_failed",
    ]);
    // Cookies go to every port of an address; ours has a path that nobody else has.
    expect(evil.requests.map(({ headers }) => headers.cookie ?? "").join("")).toBe("");
    expect(evil.requests.map(({ headers }) => headers.referer ?? "").join("")).not.toContain(
      new URL(address).pathname,
    );

    // What they all tried is what the person's own button does.
    await page.getByRole("button", { name: "Get a new code" }).click();
    await page.getByLabel("Copy your one-time code").waitFor();
    expect(issued()).toBe(2);
    simulator.approveDevice();
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    expect(await server.done).toMatchObject({ type: "signed_in" });
  });

  test("a whole page that posts a form, as a navigation", async () => {
    const { page, context, address, issued, taken, simulator } = await start();
    simulator.denyDevice();
    await page.getByRole("heading", { name: "The request was denied" }).waitFor();
    for (const path of ["new-code", "token"]) {
      const evil = await serve((_, response) =>
        response.end(
          `<!doctype html><body onload="document.forms[0].submit()"><form method="post" action="${address}${path}">
           <input name="form-token" value="guess"><input name="value-key" value="planted"></form>`,
        ),
      );
      for (const name of ["evil.test", "127.0.0.1"]) {
        const hostile = await context.newPage();
        const answered = hostile.waitForResponse((response) => response.url() === address + path);
        await hostile.goto(`http://${name}:${evil.port}/`, { waitUntil: "commit" });
        expect((await answered).status()).toBe(403);
      }
    }
    expect([issued(), taken]).toEqual([1, []]);
  });

  test("a name that is rebound to this machine", async () => {
    const { page, context, code, server, address, issued, simulator } = await start();
    simulator.denyDevice();
    await page.getByRole("heading", { name: "The request was denied" }).waitFor();
    const rebound = address.replace("127.0.0.1", "rebound.test");
    const { port } = new URL(address);
    // The first answer still came from the attacker, from the same port; to the browser all that follows is one origin.
    const lure = `http://rebound.test:${port}/lure`;
    await context.route(lure, (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><body>" }),
    );
    const hostile = await context.newPage();
    await hostile.goto(lure);
    // The browser sometimes drops a request to a name that it has just met; an attack that was not answered proves nothing.
    let loot = "";
    for (let attempt = 0; attempt < 5 && !loot.includes("Not the address of this page."); attempt++) {
      loot += (await hostile.evaluate<string[]>(attack(rebound))).join("\n");
    }
    expect(loot).toContain("Not the address of this page.");
    const secrets = [await code(), "was denied", "Get a new code", "data-version"];
    expect(secrets.filter((secret) => loot.includes(secret))).toEqual([]);
    for (const path of [new URL(server.url).pathname, new URL(address).pathname]) {
      const response = await hostile.goto(`http://rebound.test:${port}${path}`);
      expect(response?.status()).toBe(421);
    }
    expect(issued()).toBe(1);
  });

  test("an address that leaked before it was used opens for nobody's script or frame", async () => {
    const { server, code, types } = await startLoginPage();
    const userCode = await code();
    const { page, context } = await newProfile(browser);
    const evil = await serve((_, response) => response.end("<!doctype html><body>"));
    await page.goto(`http://evil.test:${evil.port}/`);
    const loot = await page.evaluate<string>(`(async () => {
      const target = ${JSON.stringify(server.url)};
      await fetch(target, { mode: "no-cors", credentials: "include" }).catch(() => undefined);
      for (const name of ["img", "script", "iframe", "embed"])
        await new Promise((resolve) => {
          const element = Object.assign(document.createElement(name), { src: target });
          element.onload = element.onerror = resolve;
          document.body.append(element);
        });
      return document.documentElement.outerHTML;
    })()`);
    expect(loot.includes(userCode)).toBe(false);
    expect(types()).not.toContain("page_opened");
    // A person may still follow it as a link, also from another site, such as a terminal in a browser.
    await page.evaluate(`document.body.innerHTML = '<a href="${server.url}">sign in</a>'`);
    await page.getByRole("link").click();
    await page.getByLabel("Copy your one-time code").waitFor();
    expect(await context.cookies(page.url())).toMatchObject([{ httpOnly: true, sameSite: "Strict" }]);
    expect(await page.evaluate("document.cookie")).toBe("");
    await vi.waitFor(() => expect(types()).toContain("page_opened"));
    onTestFinished(() => server.close());
  });
});
