import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inBrowser, browserPath, decideOn, newProfile, startBrowser } from "./browser.ts";
import { startLoginPage } from "./page-server.ts";

if (!browserPath)
  console.warn("skipped: the login page in a browser, for there is no Chromium on this system");

/** The one-time address leads on to the page; only there is the code. */
async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Copy your one-time code").waitFor();
}

describe.skipIf(!browserPath)("the login page in a browser", inBrowser, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  test("approve: copy, open, approve, and the page says so by itself", async () => {
    const { server, store, types, code, simulator } = await startLoginPage();
    const { page, context, complaints } = await newProfile(browser);
    await context.grantPermissions(["clipboard-read", "clipboard-write"], {
      origin: new URL(server.url).origin,
    });
    await page.goto(server.url);
    await page.getByRole("heading", { name: /^Sign in to 127\.0\.0\.1:\d+$/ }).waitFor();
    // The address that works once is neither shown nor kept in the history of the tab.
    expect(page.url()).not.toBe(server.url);
    expect(await page.getByLabel("Copy your one-time code").inputValue()).toBe(await code());
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.getByRole("status").textContent()).toBe("The code is copied.");

    const opening = context.waitForEvent("page");
    await page.getByRole("link", { name: /^Open 127\.0\.0\.1:\d+\/login\/device/ }).click();
    const github = await opening;
    expect(await github.evaluate("document.referrer")).toBe("");
    await github.getByRole("textbox").focus();
    await github.keyboard.press("Control+V");
    expect(await github.getByRole("textbox").inputValue()).toBe(await code());
    await decideOn(github, await code(), /approve|authorize/i);

    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    expect(await page.getByRole("main").textContent()).toContain("You may close this tab");
    expect(await page.getByRole("status").textContent()).toContain("You are signed in");
    expect(await page.title()).toBe("You are signed in - zotpilot");
    expect(await server.done).toMatchObject({ type: "signed_in", login: "sample-user" });
    await server.close();
    expect(await store.list()).toHaveLength(1);
    expect(types()).toEqual(["code_issued", "polling", "page_opened", "succeeded"]);
    expect(complaints).toEqual([]);
    const referrers = simulator.requests.map(({ headers }) => headers["referer"]).filter(Boolean);
    expect(referrers.filter((referrer) => !referrer?.startsWith(simulator.origin))).toEqual([]);
    // The server is gone by now, and the page keeps what it says.
    expect(await page.getByRole("heading").textContent()).toBe("You are signed in");
  });

  test("deny, then a new code, then approve", async () => {
    const { server, simulator, code, types } = await startLoginPage();
    const { page, context } = await newProfile(browser);
    await page.goto(server.url);
    const github = await context.newPage();
    await github.goto(`${simulator.origin}/login/device`);
    const first = await code();
    await decideOn(github, first, /cancel|deny/i);
    await page.getByRole("heading", { name: "The request was denied" }).waitFor();
    expect(await page.getByRole("main").textContent()).not.toContain(first);
    await page.getByRole("button", { name: "Get a new code" }).click();
    await page.getByLabel("Copy your one-time code").waitFor();
    const second = await code();
    expect(second).not.toBe(first);
    expect(await page.getByLabel("Copy your one-time code").inputValue()).toBe(second);
    simulator.approveDevice(second);
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    expect(types().filter((type) => type === "attempt_failed")).toHaveLength(1);
    await server.close();
  });

  test("let it expire, then a new code", async () => {
    const { server, simulator, code } = await startLoginPage();
    const { page } = await newProfile(browser);
    await page.goto(server.url);
    await page.getByText("15 minutes").waitFor();
    const first = await code();
    simulator.clock.advance(900_000);
    await page.getByRole("heading", { name: "The code has expired" }).waitFor();
    await page.getByRole("button", { name: "Get a new code" }).click();
    const field = page.getByLabel("Copy your one-time code");
    await field.waitFor();
    expect(await field.inputValue()).not.toBe(first);
    simulator.approveDevice();
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    await server.close();
  });

  test("reload and a second tab are the same login; both say how it ended", async () => {
    const { server, simulator, code } = await startLoginPage();
    const { page, context, complaints } = await newProfile(browser);
    await open(page, server.url);
    await page.reload();
    expect(await page.getByLabel("Copy your one-time code").inputValue()).toBe(await code());
    // The same address again, and that of the page.
    const second = await context.newPage();
    await open(second, server.url);
    const third = await context.newPage();
    await open(third, page.url());
    for (const tab of [second, third])
      expect(await tab.getByLabel("Copy your one-time code").inputValue()).toBe(await code());
    simulator.denyDevice();
    for (const tab of [page, second, third])
      await tab.getByRole("heading", { name: "The request was denied" }).waitFor();
    await third.getByRole("button", { name: "Get a new code" }).click();
    for (const tab of [page, second, third]) await tab.getByLabel("Copy your one-time code").waitFor();
    simulator.approveDevice();
    for (const tab of [page, second, third])
      await tab.getByRole("heading", { name: "You are signed in" }).waitFor();
    await server.close();
    expect(complaints).toEqual([]);
  });

  test("another browser profile gets a plain refusal, and changes nothing", async () => {
    const { server, code, types, simulator } = await startLoginPage();
    const mine = await newProfile(browser);
    await open(mine.page, server.url);
    const other = await newProfile(browser);
    for (const address of [server.url, mine.page.url()]) {
      const response = await other.page.goto(address);
      expect(response?.status()).toBe(address === server.url ? 410 : 403);
      expect(await other.page.content()).not.toContain(await code());
      expect(await other.page.getByRole("heading").textContent()).toBe("Not here");
    }
    expect(types().filter((type) => type === "page_refused")).toHaveLength(1);
    simulator.approveDevice();
    await mine.page.getByRole("heading", { name: "You are signed in" }).waitFor();
    await server.close();
  });

  test("the program ends: the page says that it is over", async () => {
    const { server, stop, code } = await startLoginPage();
    await code();
    const { page } = await newProfile(browser);
    await page.goto(server.url);
    await page.getByRole("button", { name: "Copy" }).waitFor();
    stop();
    await server.close();
    await page.getByRole("heading", { name: "This page is not served any more" }).waitFor();
  });

  test("a slower poll is told without touching what the person selected", async () => {
    const { server, code } = await startLoginPage({}, { scenarios: ["device.slow_down"] });
    const { page } = await newProfile(browser);
    await page.goto(server.url);
    const field = page.getByLabel("Copy your one-time code");
    await field.focus();
    await page.evaluate("document.activeElement.dataset.mine = 'yes'");
    await page.getByText("asked to be asked less often").first().waitFor();
    expect(await field.getAttribute("data-mine")).toBe("yes");
    expect(await field.inputValue()).toBe(await code());
    expect(await page.evaluate("String(document.getSelection())")).toBe(await code());
  });

  test("a pasted key: typed hidden, taken once, not kept", async () => {
    const taken: unknown[] = [];
    const { server } = await startLoginPage({
      startLogin: undefined,
      fields: [{ name: "key", label: "API key", hint: "From your account." }],
      onSubmit: async (values) => void taken.push(values),
    });
    const { page, context, complaints } = await newProfile(browser);
    await page.goto(server.url);
    const field = page.getByLabel("API key");
    await field.waitFor();
    expect(await field.getAttribute("type")).toBe("password");
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe(await field.getAttribute("id"));
    await page.locator("input:focus").waitFor();
    await page.keyboard.type("sk-canary-browser");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    expect(taken).toEqual([{ key: "sk-canary-browser" }]);
    expect(page.url()).not.toContain("canary");
    expect(await page.content()).not.toContain("canary");
    expect(JSON.stringify(await context.storageState())).not.toContain("canary");
    await server.close();
    expect(complaints).toEqual([]);
  });
});
