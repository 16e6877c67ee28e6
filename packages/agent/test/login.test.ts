import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createSimulator } from "@zotpilot/simulator";
import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import { cliArguments, createSandbox, finished, runCli, startCli, type Sandbox } from "./support/cli.ts";
import { openTerminal, type TestTerminal } from "./support/terminal.ts";

const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
if (!browserPath)
  console.warn("skipped: the login page in a real browser, for there is no Chromium on this system");

function loginTerminal(sandbox: Sandbox, args: readonly string[]): TestTerminal & Disposable {
  const { env, project: cwd } = sandbox;
  const terminal = openTerminal({
    file: process.execPath,
    args: [...cliArguments, ...args],
    cwd,
    env,
    columns: 120,
  });
  return { ...terminal, [Symbol.dispose]: () => terminal.close() };
}

test.skipIf(!browserPath)(
  "login, approved on the page in a browser, then -p works without --demo",
  async () => {
    await using simulator = await createSimulator({ deviceIntervalSeconds: 1 });
    await using sandbox = await createSandbox();
    using terminal = loginTerminal(sandbox, ["login", "--no-browser", "--host", simulator.origin]);
    await terminal.waitFor("Waiting for your approval");
    const shown = terminal.screen().join("\n");
    // S-B3: the person sees what they grant, to whom, and where.
    expect(shown).toContain("Iv1.b507a08c87ecfe98");
    expect(shown).toContain("scope read:user");
    expect(shown).toContain(`signs in to ${new URL(simulator.origin).host}`);
    expect(shown).toContain("Never enter a code that somebody sent you.");
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

    expect(await terminal.exited).toMatchObject({ exitCode: 0 });
    await terminal.waitFor(/Signed in as \S+ on 127\.0\.0\.1/);
    const file = join(sandbox.home, "credentials.json");
    const { token } = Object.values(
      (JSON.parse(await readFile(file, "utf8")) as { credentials: Record<string, { token: string }> })
        .credentials,
    )[0] ?? { token: "" };
    expect(token).not.toBe("");
    expect(terminal.output()).not.toContain(token);
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
  using terminal = loginTerminal(sandbox, ["login", "--no-browser", "--host", simulator.origin]);
  await terminal.waitFor("Waiting for your approval");
  terminal.type("\u0003");
  expect(await terminal.exited).toMatchObject({ exitCode: 130 });
  expect(existsSync(join(sandbox.home, "credentials.json"))).toBe(false);
});

test("S-B7: without a terminal, login ends at once with three ways to sign in", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox();
  const result = await runCli(sandbox, ["login", "--host", simulator.origin]);
  expect(result).toMatchObject({ code: 4, stdout: "" });
  expect(result.stderr).toMatch(/1\. .*terminal[^]*2\. .*--with-token[^]*3\. .*COPILOT_GITHUB_TOKEN/);
  expect(simulator.requests).toEqual([]);
});

test("a program can lead a person through a login", async () => {
  await using simulator = await createSimulator({ deviceIntervalSeconds: 1 });
  await using sandbox = await createSandbox();
  const child = startCli(sandbox, ["login", "--json", "--host", simulator.origin]);
  child.stdin.end();
  child.stdout.on("data", (line: Buffer) => {
    const code = /"user_code":"([^"]+)"/.exec(line.toString())?.[1];
    if (code) simulator.approveDevice(code);
  });
  const result = await finished(child);
  expect(result).toMatchObject({ code: 0, stderr: "" });
  const types = result.stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { type: string }).type);
  expect(types).toEqual(["code_issued", "polling", "succeeded"]);
});

test("S-A6: a diagnostic report of Node does not hold the token of the environment", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox({
    COPILOT_GITHUB_TOKEN: simulator.githubToken,
    ZOTPILOT_HOST: simulator.origin,
    NODE_OPTIONS: "--report-on-signal --report-signal=SIGUSR2 --report-filename=report.json",
  });
  const child = startCli(sandbox, ["rpc"]);
  let said = "";
  child.stdout.on("data", (text: Buffer) => void (said += text.toString()));
  child.stdin.write('{"type":"ping","id":"1"}\n');
  const file = join(sandbox.project, "report.json");
  while (!said.includes("pong")) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill("SIGUSR2");
  let report = "";
  while (!report.trimEnd().endsWith("}")) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    report = await readFile(file, "utf8").catch(() => "");
  }
  child.stdin.end();
  await finished(child);
  expect(report).toContain("nodejsVersion");
  expect(report).not.toContain(simulator.githubToken);
});
