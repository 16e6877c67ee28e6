import { createSimulator, type Simulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { cliArguments, createSandbox, runCli, type Sandbox } from "./support/cli.ts";
import { openTerminal } from "./support/terminal.ts";

async function signIn(sandbox: Sandbox, simulator: Simulator): Promise<void> {
  const args = ["login", "--with-token", "--host", simulator.origin];
  const result = await runCli(sandbox, args, `${simulator.githubToken}\n`);
  expect(result).toMatchObject({ code: 0, stdout: "" });
  expect(result.stderr).toContain("Signed in as");
  expect(result.stderr).not.toContain(simulator.githubToken);
}

test("a token from standard input signs in, and status tells all but the token", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox();
  await signIn(sandbox, simulator);
  expect(await runCli(sandbox, ["-p", "hello"])).toMatchObject({ code: 0, stderr: "" });

  const status = await runCli(sandbox, ["status"]);
  expect(status.stdout).toMatch(
    /^Signed in as \S+ on 127.*\nCredential: .*credentials\.json\nToken: .*\nPlan: /,
  );
  const { stdout } = await runCli(sandbox, ["status", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    signed_in: true,
    source: "store",
    token: { life: "endless", renewable: false },
    quotas: expect.any(Array),
  });
  expect(status.stdout + stdout).not.toContain(simulator.githubToken);
});

test(
  "several accounts: the last that signed in, another by choice, one for a folder",
  { timeout: 120_000 },
  async () => {
    await using first = await createSimulator();
    await using second = await createSimulator();
    await using sandbox = await createSandbox();
    await signIn(sandbox, first);
    await signIn(sandbox, second);
    const accounts = async (): Promise<{ id: string; in_use: boolean; is_default: boolean }[]> => {
      const { stdout } = await runCli(sandbox, ["accounts", "--json"]);
      return stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { id: string; in_use: boolean; is_default: boolean });
    };
    const inUse = async (): Promise<string | undefined> => (await accounts()).find((one) => one.in_use)?.id;
    const idOf = (simulator: Simulator): string => `sample-user@${new URL(simulator.origin).host}`;
    expect((await accounts()).map(({ id }) => id).toSorted()).toEqual([idOf(first), idOf(second)].toSorted());
    expect(await inUse()).toBe(idOf(second));

    expect(await runCli(sandbox, ["accounts", "--use", idOf(first)])).toMatchObject({ code: 0 });
    expect(await inUse()).toBe(idOf(first));
    expect(await runCli(sandbox, ["accounts", "--use", idOf(second), "--here"])).toMatchObject({ code: 0 });
    expect(await inUse()).toBe(idOf(second));
    const elsewhere = await runCli(sandbox, ["--cwd", sandbox.home, "status"]);
    expect(elsewhere.stdout).toContain(new URL(first.origin).host);

    const ambiguous = await runCli(sandbox, ["accounts", "--use", "sample-user"]);
    expect(ambiguous).toMatchObject({ code: 2, stderr: expect.stringContaining("several accounts") });
    expect(await runCli(sandbox, ["accounts", "--use", "nobody"])).toMatchObject({ code: 2 });

    const out = await runCli(sandbox, ["logout"]);
    expect(out.stderr).toContain(`Signed out ${idOf(second)}`);
    expect(out.stderr).toContain("Other accounts are still signed in");
    expect(await inUse()).toBe(idOf(first));
    expect((await runCli(sandbox, ["logout", "--all"])).stderr).toContain("To revoke it as well, visit ");
    expect(await runCli(sandbox, ["status"])).toMatchObject({ code: 4 });
    expect((await runCli(sandbox, ["logout"])).stderr).toContain("Nobody was signed in.");
  },
);

test("the token is printed only when that was said, and to a terminal only when that was, too", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox();
  await signIn(sandbox, simulator);
  const refused = await runCli(sandbox, ["token"]);
  expect(refused).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("--show") });
  expect(await runCli(sandbox, ["token", "--show"])).toEqual({
    code: 0,
    signal: null,
    stdout: `${simulator.githubToken}\n`,
    stderr: "",
  });
  const terminal = openTerminal({
    file: process.execPath,
    args: [...cliArguments, "token", "--show"],
    cwd: sandbox.project,
    env: sandbox.env,
  });
  try {
    expect(await terminal.exited).toMatchObject({ exitCode: 2 });
    expect(terminal.output()).not.toContain(simulator.githubToken);
  } finally {
    terminal.close();
  }
});

test.for([
  ["a classic token", `ghp_${"a".repeat(36)}`, /classic/],
  ["nothing", "", /empty|nothing/],
  ["two words", "two words", /no token/],
] as const)("%s on standard input is refused before anything is sent", async ([, token, pattern]) => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox();
  const result = await runCli(sandbox, ["login", "--with-token", "--host", simulator.origin], token);
  expect(result.code).not.toBe(0);
  expect(result.stderr).toMatch(pattern);
  if (token !== "") expect(result.stderr).not.toContain(token);
  expect(simulator.requests).toEqual([]);
});

test("other tools' tokens are used only when asked for", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox({ GH_TOKEN: simulator.githubToken });
  expect(await runCli(sandbox, ["status"])).toMatchObject({ code: 4 });
  const unknown = await runCli(sandbox, ["--token-source", "keyboard", "status"]);
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("gh_env, gh_cli, editors") });
});

test("a command can give the token; it is a list of words, and no shell", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox({ ZOTPILOT_HOST: simulator.origin });
  const { env } = sandbox;
  const script = `process.stdout.write(${JSON.stringify(simulator.githubToken)})`;
  env["ZOTPILOT_TOKEN_COMMAND"] = JSON.stringify([process.execPath, "-e", script]);
  expect(await runCli(sandbox, ["-p", "hello"])).toMatchObject({ code: 0, stderr: "" });
  env["ZOTPILOT_TOKEN_COMMAND"] = "pass show github";
  expect(await runCli(sandbox, ["-p", "hello"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("JSON list"),
  });
});

test("doctor looks at the host and says that all is well, or what is not", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox();
  const well = await runCli(sandbox, ["doctor", "--host", simulator.origin]);
  expect(well).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing stands in the way.") });
  const ill = await runCli(sandbox, ["doctor", "--json", "--host", "http://127.0.0.1:9"]);
  expect(ill.code).toBe(1);
  expect(ill.stdout).toContain('"status":"problem"');
});
