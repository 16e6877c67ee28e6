import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AuthError } from "../../src/index.ts";
import { inBrowser, browserPath, newProfile, startBrowser } from "./browser.ts";
import { startLoginPage } from "./page-server.ts";

if (!browserPath)
  console.warn("skipped: accessibility of the login page, for there is no Chromium on this system");

const fields = [{ name: "key", label: "API key", hint: "From your account." }];
const refuse = async () => {
  throw new AuthError("token_unusable", "That is no key.");
};

/** The contrast of every text on the page with what is behind it, below 4.5, as text and number. */
const poorContrast = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (channels) => {
    const [r, g, b] = channels.map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return rgba(getComputedStyle(document.documentElement).backgroundColor);
  };
  const texts = [...document.querySelectorAll("body *")].filter((element) =>
    element.checkVisibility() && !element.closest(".hidden, noscript, script, template") &&
    ([...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "") || element.matches("input")));
  const found = texts.map((element) => {
    const [light, dark] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))].toSorted((a, b) => b - a);
    return { text: (element.textContent || element.id).trim().slice(0, 40), ratio: (light + 0.05) / (dark + 0.05) };
  });
  return { checked: found.length, poor: found.filter(({ ratio }) => ratio < 4.5) };
})()`;

const focused = (page: Page) =>
  page.evaluate<string>(
    "document.activeElement.id || document.activeElement.getAttribute('href') || document.activeElement.textContent.trim()",
  );

describe.skipIf(!browserPath)("the login page for everybody", inBrowser, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  test("a screen reader finds its way", async () => {
    const { server, simulator, code } = await startLoginPage({ fields, onSubmit: refuse });
    const userCode = await code();
    const { page } = await newProfile(browser);
    await page.goto(server.url);
    await page.getByRole("button", { name: "Copy" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    const host = new URL(simulator.origin).host;
    const tree = await page.locator("body").ariaSnapshot();
    for (const part of [
      /^- banner: zotpilot$/m,
      /^- main:$/m,
      /^\s+- heading "Sign in to 127\.0\.0\.1:\d+" \[level=1\]$/m,
      new RegExp(`^\\s+- textbox "Copy your one-time code"[^:]*: ${userCode}$`, "m"),
      /^\s+- button "Copy"$/m,
      new RegExp(`^\\s+- link "Open ${host}/ ?login/ ?device ?, in a new tab"`, "m"),
      new RegExp(`^\\s+- img "QR code of ${simulator.origin}/login/device"$`, "m"),
      /^\s+- term: It asks to$/m,
      /^\s+- text: read your profile \(\n\s+- code: read:user$/m,
      /^- status/m,
      /^- contentinfo:/m,
    ])
      expect(tree).toMatch(part);
    // The region was there before there was something to say; only so it is read out.
    const live = page.getByRole("status");
    expect(await live.getAttribute("aria-live")).toBe("polite");
    await page.evaluate("window.region = document.querySelector('[role=status]')");
    simulator.denyDevice();
    await page.getByRole("heading", { name: "The request was denied" }).waitFor();
    expect(await live.textContent()).toBe("The request was denied. Nobody was signed in.");
    expect(await page.evaluate("window.region.isConnected")).toBe(true);
    expect(await page.title()).toBe("The request was denied - zotpilot");
  });

  test("the whole way with the keyboard, the focus always visible and never lost", async () => {
    const { server, simulator, code } = await startLoginPage({ fields, onSubmit: refuse });
    await code();
    const { page, context } = await newProfile(browser);
    await context.grantPermissions(["clipboard-read", "clipboard-write"], {
      origin: new URL(server.url).origin,
    });
    await page.goto(server.url);
    await page.getByRole("button", { name: "Copy" }).waitFor();
    const stops: string[] = [];
    for (let stop = 0; stop < 4; stop += 1) {
      await page.keyboard.press("Tab");
      stops.push(await focused(page));
      expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    }
    expect(stops).toEqual(["code", "copy", `${simulator.origin}/login/device`, "token"]);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.getByRole("status").textContent()).toBe("The code is copied.");
    expect(await focused(page)).toBe("copy");

    simulator.denyDevice();
    await page.getByRole("heading", { name: "The request was denied" }).waitFor();
    expect(await focused(page)).toBe("The request was denied");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Get a new code");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Copy" }).waitFor();
    simulator.approveDevice();
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    await server.close();
  });

  test("a refused value is told at its field", async () => {
    const { server } = await startLoginPage({ startLogin: undefined, fields, onSubmit: refuse });
    const { page } = await newProfile(browser);
    await page.goto(server.url);
    await page.getByLabel("API key").fill("nonsense");
    await page.getByLabel("API key").press("Enter");
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toBe("That is no key.");
    const field = page.getByRole("textbox", { name: "API key" });
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    await expect.poll(() => focused(page)).toBe("field-key");
    const description = "document.activeElement.ariaDescribedByElements.map((one) => one.textContent)";
    expect(await page.evaluate(description)).toEqual(["That is no key.", "From your account."]);
    expect(await field.inputValue()).toBe("");
    expect(await page.title()).toContain("Not accepted");
  });

  test.each(["light", "dark"] as const)(
    "%s: every text has a contrast of 4.5, at any width",
    async (colorScheme) => {
      const { server, simulator, code } = await startLoginPage({ fields, onSubmit: refuse });
      await code();
      const { page } = await newProfile(browser, { colorScheme });
      await page.goto(server.url);
      await page.getByRole("button", { name: "Copy" }).waitFor();
      const backgrounds = await page.evaluate(
        "getComputedStyle(document.querySelector('main')).backgroundColor",
      );
      expect(backgrounds).toBe(colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(22, 27, 37)");
      const look = async () => {
        const { checked, poor } = await page.evaluate<{ checked: number; poor: unknown[] }>(poorContrast);
        expect(checked).toBeGreaterThan(3);
        expect(poor).toEqual([]);
        for (const width of [320, 768, 1600]) {
          await page.setViewportSize({ width, height: 700 });
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        }
      };
      await look();
      const address = page.url();
      await page.goto(`${address}token`);
      await page.locator("input:focus").waitFor();
      await page.keyboard.type("x");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").waitFor();
      await look();
      await page.goto(address);
      simulator.denyDevice();
      await page.getByRole("heading", { name: "The request was denied" }).waitFor();
      await look();
      await page.getByRole("button", { name: "Get a new code" }).click();
      await page.getByRole("button", { name: "Copy" }).waitFor();
      simulator.approveDevice();
      await page.getByRole("heading", { name: "You are signed in" }).waitFor();
      await look();
      await server.close();
    },
  );

  test("nothing moves for those who do not want it", async () => {
    const { server, code } = await startLoginPage();
    await code();
    const { page } = await newProfile(browser, { reducedMotion: "reduce" });
    await page.goto(server.url);
    await page.getByRole("button", { name: "Copy" }).waitFor();
    expect(await page.evaluate("document.getAnimations().length")).toBe(0);
    await page.emulateMedia({ reducedMotion: "no-preference" });
    expect(await page.evaluate("document.getAnimations().length")).toBe(1);
  });
});
