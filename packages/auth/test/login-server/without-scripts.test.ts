import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inBrowser, browserPath, decideOn, newProfile, startBrowser } from "./browser.ts";
import { startLoginPage } from "./page-server.ts";

if (!browserPath)
  console.warn("skipped: the page without JavaScript, for there is no Chromium on this system");

describe.skipIf(!browserPath)("the login page without JavaScript", inBrowser, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());
  const withoutScripts = { javaScriptEnabled: false };

  test("code, link, a new code after a denial, and the good end by itself", async () => {
    const { server, simulator, code, store } = await startLoginPage();
    const { page, context } = await newProfile(browser, withoutScripts);
    await code();
    await page.goto(server.url);
    const field = page.getByLabel("Copy your one-time code");
    expect(await field.inputValue()).toBe(await code());
    // There is no button that would do nothing.
    expect(await page.getByRole("button", { name: "Copy" }).count()).toBe(0);
    const opening = context.waitForEvent("page");
    await page.getByRole("link", { name: /^Open 127/ }).click();
    const github = await opening;
    await decideOn(github, await code(), /cancel|deny/i);

    await expect
      .poll(
        async () => {
          await page.getByRole("link", { name: "Look now" }).click();
          return page.getByRole("heading").textContent();
        },
        { timeout: 10_000 },
      )
      .toBe("The request was denied");
    // What waits for the person does not load itself again.
    expect(await page.content()).not.toContain('http-equiv="refresh"');
    const first = await code();
    await page.getByRole("button", { name: "Get a new code" }).click();
    await expect
      .poll(
        async () => {
          await page.reload();
          return field.isVisible();
        },
        { timeout: 10_000 },
      )
      .toBe(true);
    expect(await field.inputValue()).not.toBe(first);
    simulator.approveDevice();
    await page.getByRole("heading", { name: "You are signed in" }).waitFor({ timeout: 20_000 });
    expect(await store.list()).toHaveLength(1);
    await server.close();
  });

  test("a pasted key", async () => {
    const taken: unknown[] = [];
    const { server } = await startLoginPage({
      fields: [{ name: "key", label: "API key" }],
      onSubmit: async (values) => {
        taken.push(values);
        return { account: "team-a" };
      },
    });
    const { page } = await newProfile(browser, withoutScripts);
    await page.goto(server.url);
    await page.getByRole("link", { name: "Paste a token or key instead" }).click();
    await page.getByLabel("API key").fill("sk-canary-browser");
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    expect(await page.getByRole("main").textContent()).toContain("team-a");
    expect(taken).toEqual([{ key: "sk-canary-browser" }]);
    await server.close();
  });
});
