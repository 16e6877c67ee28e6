import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createSimulator } from "@zotpilot/simulator";
import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import { createSandbox, finished, runCli, startCli } from "./support/cli.ts";

const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
if (!browserPath)
  console.warn("skipped: the login page in a real browser, for there is no Chromium on this system");

test.skipIf(!browserPath)(
  "login, approved on the page in a browser, then -p works without --demo",
  async () => {
    await using simulator = await createSimulator({ deviceIntervalSeconds: 1 });
    await using sandbox = await createSandbox();
    const child = startCli(sandbox, ["login", "--no-browser", "--host", simulator.origin]);
    child.stdin.end();
    const ended = finished(child);
    let shown = "";
    child.stderr.on("data", (text: string) => void (shown += text));
    while (!/Waiting/.test(shown)) await new Promise((resolve) => setTimeout(resolve, 20));
    const address = /Open (\S+)/.exec(shown)?.[1] ?? "";
    const code = /\b([A-Z0-9]{4}-[A-Z0-9]{4})\b/.exec(shown)?.[1] ?? "";

    const browser = await chromium.launch({
      executablePath: browserPath ?? "",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    try {
      const page = await browser.newPage();
      await page.goto(address);
      await page.getByRole("textbox").fill("WRNG-CODE");
      await page.getByRole("button", { name: /continue/i }).click();
      await page.getByRole("textbox").fill(code);
      await page.getByRole("button", { name: /continue/i }).click();
      await page.getByRole("button", { name: /approve|authorize/i }).click();
      await page
        .getByText(/approved|all set|connected/i)
        .first()
        .waitFor();
    } finally {
      await browser.close();
    }

    const login = await ended;
    expect(login).toMatchObject({ code: 0, stdout: "" });
    expect(login.stderr).toMatch(/Signed in as \S+ on 127\.0\.0\.1/);
    const file = join(sandbox.home, "credentials.json");
    const { token } = Object.values(
      (JSON.parse(await readFile(file, "utf8")) as { credentials: Record<string, { token: string }> })
        .credentials,
    )[0] ?? { token: "" };
    expect(token).not.toBe("");
    expect(login.stderr).not.toContain(token);
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const answer = await runCli(sandbox, ["-p", "hello"]);
    expect(answer).toMatchObject({ code: 0, stderr: "" });
    expect(await runCli(sandbox, ["status"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Signed in as"),
    });
    expect(await runCli(sandbox, ["models"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("gpt-4.1"),
    });
    expect(await runCli(sandbox, ["logout"])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("revoke"),
    });
    expect(await runCli(sandbox, ["status"])).toMatchObject({ code: 4 });
  },
);

test("login stops at once when it is interrupted, and stores nothing", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox();
  const child = startCli(sandbox, ["login", "--no-browser", "--host", simulator.origin]);
  child.stdin.end();
  const ended = finished(child);
  await new Promise<void>((resolve) => {
    child.stderr.on("data", (text: string) => /Waiting/.test(text) && resolve());
  });
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ code: 130, stdout: "" });
  expect(existsSync(join(sandbox.home, "credentials.json"))).toBe(false);
});
