import { createServer } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { scenarioNames } from "../src/index.ts";
import { IDE } from "./client.ts";
import { startProgram } from "./program.ts";

test("says how to use it, serves, and ends cleanly on each signal", async () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    await using program = startProgram([]);
    const [, origin = "", host = ""] = await program.waitFor(
      "stdout",
      /GitHub and Copilot on (http:\/\/(127\.0\.0\.1:\d+))[\s\S]*stops it/,
    );
    expect(program.stdout).toContain(`zotpilot login --host ${host}\n`);
    const token = /COPILOT_GITHUB_TOKEN=(ghu_\w+) zotpilot --host/.exec(program.stdout)?.[1] ?? "";
    const user = await fetch(`${origin}/user`, { headers: { authorization: `token ${token}` } });
    expect(await user.json()).toMatchObject({ login: "sample-user" });
    program.child.kill(signal);
    expect(await program.ended()).toMatchObject({ code: 0, signal: null, stderr: "" });
  }
});

test("--json prints one line; --log prints requests without tokens; a signal breaks an open stream", async () => {
  await using program = startProgram(["--json", "--log", "--auto-approve", "--pace", "0"]);
  const [line = ""] = await program.waitFor("stdout", /^.*\n/);
  const { origin, githubToken } = JSON.parse(line) as { origin: string; githubToken: string };
  const exchange = await fetch(`${origin}/copilot_internal/v2/token`, {
    headers: { authorization: `token ${githubToken}` },
  });
  const { token } = (await exchange.json()) as { token: string };
  await fetch(`${origin}/login/device?user_code=ABCD-EFGH`);
  await fetch(`${origin}/models/${token.slice(0, 40)}`, { headers: { authorization: `Bearer ${token}` } });
  const response = await fetch(`${origin}/chat/completions`, {
    method: "POST",
    headers: { ...IDE, authorization: `Bearer ${token}`, "x-initiator": "user\u009b31m" },
    body: JSON.stringify({
      model: "gpt-4.1",
      stream: true,
      messages: [{ role: "user", content: "count slowly to 900" }],
    }),
  });
  expect(response.status).toBe(200);
  await program.waitFor("stderr", /GET \/copilot_internal\/v2\/token 200 \(\d+ ms\)\n/);
  await program.waitFor("stderr", /GET \/login\/device 200/);
  await program.waitFor("stderr", /GET \/models\/\(token\) 400/);
  program.child.kill("SIGTERM");
  await expect(response.text()).rejects.toThrow("terminated");
  const { code, stdout, stderr } = await program.ended();
  expect([code, stdout]).toEqual([0, line]);
  expect(stderr).toMatch(
    /POST \/chat\/completions 200 \(\d+ ms, gpt-4\.1, 1 messages, 0 tools, initiator user\?31m\)/,
  );
  for (const secret of [githubToken, token, token.slice(0, 40), "ABCD-EFGH", "count slowly"]) {
    expect(stderr).not.toContain(secret);
  }
});

test("--help, --version and --list-scenarios print and end", async () => {
  const help = await startProgram(["--help"]).ended();
  expect(help).toMatchObject({ code: 0, stderr: "" });
  for (const option of ["--port", "--host", "--scenario", "--list-scenarios", "--json", "--log", "--pace"]) {
    expect(help.stdout).toContain(option);
  }
  expect(await startProgram(["-V"]).ended()).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
  const list = await startProgram(["--list-scenarios"]).ended();
  expect(
    list.stdout
      .trim()
      .split("\n")
      .map((row) => row.split("  ")[0]),
  ).toEqual(scenarioNames);
});

test("scenarios are played", async () => {
  await using program = startProgram(["--scenario", "exchange.404", "--scenario", "device.denied"]);
  const [, origin = ""] = await program.waitFor("stdout", /Copilot on (\S+)[\s\S]*device\.denied/);
  expect((await fetch(`${origin}/copilot_internal/v2/token`)).status).toBe(404);
});

test.each([
  [["--prot", "1"], /^zotpilot-sim: Unknown option '--prot'\. See zotpilot-sim --help\.\n$/],
  [["8080"], /^zotpilot-sim: Unexpected argument '8080'.*See zotpilot-sim --help\.\n$/],
  [["--port"], /^zotpilot-sim: .*'--port <value>' argument missing\. See zotpilot-sim --help\.\n$/],
  [
    ["--port", "80x"],
    /^zotpilot-sim: --port needs a whole number from 0 to 65535, and "80x" is not one\.\n$/,
  ],
  [["--port", "65536"], /^zotpilot-sim: --port needs a whole number from 0 to 65535/],
  [["--pace=fast"], /^zotpilot-sim: --pace needs a whole number/],
  [["--host", "0.0.0.0"], /^zotpilot-sim: The simulator only listens on loopback.*"0\.0\.0\.0"\.\n$/],
  [["--host", "example.com"], /^zotpilot-sim: The simulator only listens on loopback.*"example\.com"\.\n$/],
  [
    ["--scenario", "quota.nothing"],
    /^zotpilot-sim: There is no scenario "quota\.nothing"\. In this group there are .*quota\.malformed.*--list-scenarios\.\n$/,
  ],
  [["--scenario", "x"], /^zotpilot-sim: There is no scenario "x"\. The groups are device, exchange,.*\n$/],
])("%j is one clear sentence and exit code 2", async (args, message) => {
  const { code, stdout, stderr } = await startProgram(args).ended();
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(message);
});

test("a port that is taken is exit code 1", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const ended = await startProgram(["--port", String(port)]).ended();
  server.close();
  expect(ended).toMatchObject({
    code: 1,
    stdout: "",
    stderr: `zotpilot-sim: Port ${port} on 127.0.0.1 is already in use.\n`,
  });
});
