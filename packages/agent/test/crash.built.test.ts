import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, expect, test } from "vitest";
import { createSandbox, runCli } from "./support/cli.ts";
import { planFault } from "./support/fault.ts";
import { openTerminal, type TestTerminal } from "./support/terminal.ts";

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist", "bin.js");

const open: TestTerminal[] = [];

beforeAll(() => {
  if (!existsSync(program)) throw new Error("build the program first: npm run build");
});

afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

const faults = [
  ["an exception", `throw new Error("a-secret-message");`],
  ["a rejection", `void Promise.reject(new Error("a-secret-message"));`],
  ["an exception again and again", `setInterval(() => { throw new Error("a-secret-message"); }, 1);`],
] as const;

test.each(faults)(
  "F-5: %s in the chat: the terminal is as before, the report's path stands below, the conversation goes on",
  { timeout: 60_000 },
  async (_name, fault) => {
    await using sandbox = await createSandbox();
    const { file, happen } = await planFault(sandbox, fault);
    const settings = "stty -a | tr '\\n' ' ' | sed 's/^/settings: /'; echo";
    const command = `"${process.execPath}" --import "${file}" "${program}" --demo --yes`;
    const terminal = openTerminal({
      file: "/bin/sh",
      args: ["-c", `${settings}; ${command}; echo "code $?"; ${settings}`],
      cwd: sandbox.project,
      env: sandbox.env,
      columns: 1000,
      rows: 30,
    });
    open.push(terminal);
    await terminal.waitFor(/context \S+% of/);
    terminal.type("count slowly to 500\r");
    await terminal.waitFor(/\b12\b/);
    await happen();
    await terminal.waitFor(/^code 1$/);
    await terminal.waitUntil(
      () => terminal.history().filter((line) => line.startsWith("settings: ")).length === 2,
      "both settings",
    );
    const history = terminal.history();
    const [before, after] = history.filter((line) => line.startsWith("settings: "));
    expect(after).toBe(before);
    const path = / is in (\S.*\.txt)$/.exec(history.find((line) => line.startsWith("zotpilot: ")) ?? "")?.[1];
    const [name = ""] = await readdir(join(sandbox.home, "crashes"));
    expect(path).toBe(join(sandbox.home, "crashes", name));
    expect(await readFile(path ?? "", "utf8")).not.toContain("a-secret-message");
    const output = terminal.output();
    expect(output.lastIndexOf("\u001b[?25h")).toBeGreaterThan(output.lastIndexOf("\u001b[?25l"));
    expect(output.lastIndexOf("\u001b[?2004l")).toBeGreaterThan(output.lastIndexOf("\u001b[?2004h"));
    expect(history).toContain("› count slowly to 500");
    const listed = await runCli(sandbox, ["--demo", "sessions"]);
    expect(listed.stdout).toContain("count slowly to 500");
  },
);
