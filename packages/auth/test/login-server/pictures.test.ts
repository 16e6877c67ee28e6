import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LoginEvent } from "../../src/index.ts";
import { browserPath, newProfile, startBrowser } from "./browser.ts";
import { startLoginPage } from "./page-server.ts";

const images = path.resolve(import.meta.dirname, "../../../../docs/images");
const wanted = process.env["ZOTPILOT_TEST_SCREENSHOTS"] === "1";

/** A login of github.com that never ends, so that the pictures show what people will see. */
async function* waiting({ signal }: { signal: AbortSignal }): AsyncGenerator<LoginEvent> {
  yield {
    type: "code_issued",
    userCode: "WDJB-MJHT",
    verificationUri: "https://github.com/login/device",
    expiresInSeconds: 900,
    host: "github.com",
    scope: "read:user",
    clientId: "Iv1.b507a08c87ecfe98",
  };
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

describe.skipIf(!browserPath || !wanted)("pictures of the login page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser("--hide-scrollbars");
    await mkdir(images, { recursive: true });
  });
  afterAll(() => browser?.close());

  async function picture(page: Page, name: string) {
    await page.screenshot({
      path: path.join(images, `login-${name}.png`),
      animations: "disabled",
      fullPage: true,
    });
  }

  test.each(["light", "dark"] as const)("%s", async (colorScheme) => {
    const look = { colorScheme, viewport: { width: 900, height: 760 } };
    const fields = [{ name: "key", label: "API key", hint: "You find it in the settings of your account." }];
    const onSubmit = async () => undefined;
    const first = await startLoginPage({ startLogin: waiting, fields, onSubmit });
    const { page } = await newProfile(browser, look);
    await page.goto(first.server.url);
    await page.getByRole("button", { name: "Copy" }).waitFor();
    await picture(page, colorScheme);
    if (colorScheme === "dark") return;
    await page.setViewportSize({ width: 390, height: 780 });
    await picture(page, "narrow");
    await page.setViewportSize({ width: 900, height: 560 });
    await page.goto(`${page.url()}token`);
    await picture(page, "token");

    const { server, simulator, code } = await startLoginPage();
    await code();
    const other = await newProfile(browser, { ...look, viewport: { width: 900, height: 560 } });
    await other.page.goto(server.url);
    simulator.denyDevice();
    await other.page.getByRole("heading", { name: "The request was denied" }).waitFor();
    await picture(other.page, "denied");
    await other.page.getByRole("button", { name: "Get a new code" }).click();
    await other.page.getByLabel("Copy your one-time code").waitFor();
    simulator.approveDevice();
    await other.page.getByRole("heading", { name: "You are signed in" }).waitFor();
    await picture(other.page, "done");
    expect(await server.done).toMatchObject({ type: "signed_in" });
  });
});
