import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { createSandbox } from "./support/cli.ts";
import { openTerminal } from "./support/terminal.ts";

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist", "bin.js");

test.skipIf(process.platform !== "linux")(
  "the browser is opened at once, on the page of this machine",
  async () => {
    await using simulator = await createSimulator({ deviceIntervalSeconds: 1 });
    await using sandbox = await createSandbox({ DISPLAY: ":99" });
    const opened = join(sandbox.home, "opened");
    const folder = join(sandbox.home, "bin");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "xdg-open"), `#!/bin/sh\nprintf %s "$1" > "${opened}"\n`, { mode: 0o755 });
    sandbox.env["PATH"] = `${folder}:${sandbox.env["PATH"]}`;
    const terminal = openTerminal({
      file: process.execPath,
      args: [program, "login", "--host", simulator.origin],
      cwd: sandbox.project,
      env: sandbox.env,
      columns: 120,
    });
    await terminal.waitFor("Waiting for your approval");
    await terminal.waitUntil(() => existsSync(opened), "the browser");
    expect(await readFile(opened, "utf8")).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
    const code = /\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/.exec(terminal.screen().join("\n"))?.[0] ?? "";
    simulator.approveDevice(code);
    expect(await terminal.exited).toMatchObject({ exitCode: 0 });
    expect(terminal.output()).not.toContain("No browser");
    terminal.close();
  },
);
