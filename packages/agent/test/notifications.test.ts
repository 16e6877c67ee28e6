import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { createSandbox, runCli } from "./support/cli.ts";

test(
  "exchange.user_notification: what GitHub says stands on stderr once, and never in the answer",
  {
    timeout: 120_000,
  },
  async () => {
    await using simulator = await createSimulator({ scenarios: ["exchange.user_notification"] });
    await using sandbox = await createSandbox({
      COPILOT_GITHUB_TOKEN: simulator.githubToken,
      ZOTPILOT_HOST: simulator.origin,
    });
    const said =
      "zotpilot: GitHub says: Your trial ends soon. (sample) (Subscribe: https://github.com/settings/copilot)\n";
    const first = await runCli(sandbox, ["-p", "what can you do?"]);
    expect(first).toMatchObject({ code: 0, stderr: said });
    expect(first.stdout).not.toContain("trial");
    const second = await runCli(sandbox, ["-p", "what can you do?"]);
    expect(second).toMatchObject({ code: 0, stderr: "", stdout: first.stdout });
    const [name = ""] = await readdir(join(sandbox.home, "notifications"));
    expect(name).toMatch(/^[0-9a-f]{24}$/);

    // Another account has not seen it.
    await using other = await createSimulator({ scenarios: ["exchange.user_notification"] });
    sandbox.env["COPILOT_GITHUB_TOKEN"] = other.githubToken;
    sandbox.env["ZOTPILOT_HOST"] = other.origin;
    expect(await runCli(sandbox, ["models"])).toMatchObject({ code: 0, stderr: said });
  },
);
