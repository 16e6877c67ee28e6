import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { createSandbox, runCli } from "./support/cli.ts";

test(
  "without a connection the models are those of the last answer, and that is said",
  { timeout: 120_000 },
  async () => {
    await using simulator = await createSimulator();
    await using sandbox = await createSandbox({
      COPILOT_GITHUB_TOKEN: simulator.githubToken,
      ZOTPILOT_HOST: simulator.origin,
    });
    const before = await runCli(sandbox, ["models"]);
    expect(before).toMatchObject({ code: 0, stderr: "" });
    await simulator.close();
    const after = await runCli(sandbox, ["models"]);
    expect(after).toMatchObject({
      code: 0,
      stdout: before.stdout,
      stderr: expect.stringMatching(
        /^zotpilot: Copilot did not answer; its models are shown as they were on \d{4}-/,
      ),
    });
    const [name = ""] = await readdir(join(sandbox.home, "models"));
    const kept = await readFile(join(sandbox.home, "models", name), "utf8");
    expect(name + kept).not.toContain(simulator.githubToken);
    // Another account has no list to show.
    sandbox.env["COPILOT_GITHUB_TOKEN"] = "ghu_another0000000000000000000000000000";
    expect(await runCli(sandbox, ["models"])).toMatchObject({ code: 1, stdout: "" });
  },
);
