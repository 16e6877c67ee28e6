import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createApprovalBroker, fixedPolicy, policyLayer, type PolicyLayer } from "../src/index.ts";
import { bashCall, permanentFolder, riskOf } from "./helpers.ts";
import {
  askedDeletions,
  harmlessCommands,
  ownDeletions,
  refusedDeletions,
  refusedInPowerShell,
  trickyCommands,
} from "./tricky-commands.ts";

let project = "";

beforeAll(async () => {
  // The home folder is where secrets are.
  const home = permanentFolder();
  process.env["HOME"] = home;
  project = join(home, "project");
  await mkdir(join(project, "src"), { recursive: true });
  execFileSync("git", ["init", "-q"], { cwd: project });
  await writeFile(join(project, ".env"), "SECRET=1\n");
  await symlink(".env", join(project, "link-to-env"));
  await symlink("/srv", join(project, "link-out"));
});

async function effect(command: string, tool = "bash", ...layers: PolicyLayer[]): Promise<string> {
  const broker = createApprovalBroker({ policy: fixedPolicy(...layers), risk: riskOf, project });
  return (await broker.preview({ ...bashCall(command), name: tool }, project)).effect;
}

describe("S-H2: unknown means ask", () => {
  test("the table has at least 200 commands", () => {
    expect(Object.values(trickyCommands).flat().length).toBeGreaterThanOrEqual(200);
  });

  for (const [trick, commands] of Object.entries(trickyCommands)) {
    test.each(commands)(`${trick}: %j is not run unasked`, async (command) => {
      expect(await effect(command)).not.toBe("allow");
    });
  }

  test.each(harmlessCommands)("%j runs", async (command) => {
    expect(await effect(command)).toBe("allow");
  });
});

describe("S-H5: deleting what is not the work's", () => {
  const everything = policyLayer("flag", { allow: ["*"] });

  test.each(refusedDeletions)("%j is refused", async (command) => {
    expect(await effect(command, "bash", everything)).toBe("deny");
  });

  test.each(refusedInPowerShell)("%j is refused in PowerShell", async (command) => {
    expect(await effect(command, "powershell", everything)).toBe("deny");
  });

  test.each(askedDeletions)("%j is asked about", async (command) => {
    expect(await effect(command, "bash", everything)).toBe("ask");
  });

  test.each(ownDeletions)("%j is the project's own, and a rule can permit it", async (command) => {
    expect(await effect(command, "bash", everything)).toBe("allow");
  });
});
