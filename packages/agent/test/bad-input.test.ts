import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { createSimulator } from "@zotpilot/simulator";
import { describe, expect, test } from "vitest";
import { createSandbox, runCli, type CliResult } from "./support/cli.ts";

/** One sentence for a person, and nothing of our insides. */
function expectSentence(result: CliResult, code: number, pattern: RegExp): void {
  expect(result.stderr).toMatch(pattern);
  expect(result.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(result.stderr).toMatch(/^zotpilot: /);
  expect(result.stderr).not.toMatch(/\n\s+at /);
  expect(result).toMatchObject({ code, stdout: "" });
}

describe("bad input gets one sentence and a documented exit code", () => {
  const cases: [name: string, args: string[], code: number, pattern: RegExp][] = [
    ["unknown option", ["--no-such-thing"], 2, /unknown option '--no-such-thing'/],
    ["misspelt option", ["--modle", "x"], 2, /--model/],
    ["unknown model", ["--demo", "-p", "hi", "--model", "gpt-4.2"], 2, /no model "gpt-4.2".*gpt-4.1/],
    ["missing value", ["--model"], 2, /argument missing/],
    ["two modes", ["-p", "--json", "hi"], 2, /cannot be used together/],
    ["no prompt", ["--demo", "-p"], 2, /there is no prompt/],
    ["no terminal", ["--demo"], 2, /needs a terminal/],
    ["missing folder", ["--cwd", "no/such/folder", "-p", "hi"], 2, /there is no folder .*no.such.folder/],
    ["a file as folder", ["--cwd", "/dev/null", "-p", "hi"], 2, /not a folder/],
    ["steps of nothing", ["--max-steps", "0", "-p", "hi"], 2, /whole number/],
    ["nobody signed in", ["-p", "hi"], 4, /zotpilot login.*--demo/],
    ["nobody signed in, rpc", ["rpc"], 4, /zotpilot login/],
    ["a host that is no GitHub", ["--host", "evil.example", "login"], 2, /evil\.example/],
    ["an unreachable server", ["--host", "http://127.0.0.1:9", "login", "--json"], 1, /127\.0\.0\.1:9/],
  ];
  test.for(cases)("%s", async ([, args, code, pattern]) => {
    await using sandbox = await createSandbox();
    expectSentence(await runCli(sandbox, args), code, pattern);
  });

  test("F-60 damaged credentials are named, kept, and not overwritten", async () => {
    await using sandbox = await createSandbox();
    await mkdir(sandbox.home, { recursive: true, mode: 0o700 });
    const file = join(sandbox.home, "credentials.json");
    await writeFile(file, '{"version":1,"credentials":{"a@gi', { mode: 0o600 });
    expectSentence(await runCli(sandbox, ["-p", "hi"]), 4, /credentials\.json/);
    expect(await readFile(file, "utf8")).toBe('{"version":1,"credentials":{"a@gi');
  });

  test.skipIf(process.getuid?.() === 0)("credentials that may not be read", async () => {
    await using sandbox = await createSandbox();
    await mkdir(sandbox.home, { recursive: true, mode: 0o700 });
    await writeFile(join(sandbox.home, "credentials.json"), "{}");
    await chmod(join(sandbox.home, "credentials.json"), 0);
    expectSentence(await runCli(sandbox, ["-p", "hi"]), 4, /credentials\.json/);
  });

  test("F-13 no network", async () => {
    await using sandbox = await createSandbox({
      COPILOT_GITHUB_TOKEN: "gho_example",
      ZOTPILOT_HOST: "http://127.0.0.1:9",
    });
    expectSentence(await runCli(sandbox, ["-p", "hi"]), 1, /127\.0\.0\.1:9.*(refused|ECONNREFUSED)/i);
  });

  test("F-15 a server that answers HTML", async () => {
    const server = createServer((_, response) =>
      response.end("<html><body>Please log in to the guest network</body></html>"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await using sandbox = await createSandbox({
      COPILOT_GITHUB_TOKEN: "gho_example",
      ZOTPILOT_HOST: `http://127.0.0.1:${port}`,
    });
    expectSentence(await runCli(sandbox, ["-p", "hi"]), 1, /HTML|not JSON|something between/i);
    server.close();
  });

  test("F-16 a revoked token is exit code 4, and the token is not told", async () => {
    await using simulator = await createSimulator();
    await using sandbox = await createSandbox({
      COPILOT_GITHUB_TOKEN: "gho_revokedcanary",
      ZOTPILOT_HOST: simulator.origin,
    });
    const result = await runCli(sandbox, ["-p", "hi"]);
    expectSentence(result, 4, /sign in|login/);
    expect(result.stderr).not.toContain("revokedcanary");
  });

  test("a model call that fails for good: one sentence, exit code 1, and the prompt is kept", async () => {
    await using simulator = await createSimulator();
    await using sandbox = await createSandbox({
      COPILOT_GITHUB_TOKEN: simulator.githubToken,
      ZOTPILOT_HOST: simulator.origin,
    });
    simulator.use("capi.466");
    const failed = await runCli(sandbox, ["-p", "a prompt to keep"]);
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).not.toMatch(/\n\s+at /);
  });
});

test("--json tells an error on stdout as well, and every line parses", async () => {
  await using sandbox = await createSandbox();
  const result = await runCli(sandbox, ["--json", "hi"]);
  const lines = result.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });
  expect(lines.map(({ type }) => type)).toEqual(["error", "done"]);
  expect(result.code).toBe(4);
});
