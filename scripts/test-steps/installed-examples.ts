import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { readExamples } from "../checks/examples.ts";
import { mustRun, root } from "./command.ts";

/** What the examples use besides our packages. Taken as it is installed here, so that no registry is asked. */
const SDKS = ["openai", "@anthropic-ai/sdk", "@ai-sdk/openai-compatible", "ai"];

/** Each example, and what it has to print. */
const EXAMPLES: Readonly<Record<string, RegExp>> = {
  "use-provider.ts": /tokens in, \d+ out/,
  "use-openai-sdk.ts": /tokens in, \d+ out/,
  "use-anthropic-sdk.ts": /tokens in, \d+ out/,
  "use-ai-sdk.ts": /asked for the weather in Oslo[^]*snowing in Oslo/,
};

/** Runs the examples of the provider, and those of its README, from the folder that the tarballs are installed in. */
export async function checkInstalledExamples(folder: string): Promise<void> {
  for (const name of SDKS) {
    const place = path.join(folder, "node_modules", name);
    await mkdir(path.dirname(place), { recursive: true });
    await symlink(path.join(root, "node_modules", name), place, "junction");
  }
  for (const [name, expected] of Object.entries(EXAMPLES)) {
    const code = await readFile(path.join(root, "examples", name), "utf8");
    await runInstalled(folder, name, code, expected);
  }
  const readme = await readFile(path.join(folder, "node_modules/@zotpilot/provider/README.md"), "utf8");
  await runInstalled(folder, "five-lines.ts", fiveLines(readme), /demo/);
  for (const { code, line } of readExamples(readme)) {
    await runInstalled(folder, `readme-line-${line}.ts`, code, /snowing in Oslo/);
  }
}

/** The README's first example with the simulator in place of GitHub: nothing else of it is changed. */
function fiveLines(readme: string): string {
  const code = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? "";
  const played = code.replace("createCopilot({", "createCopilot({ host: simulator.origin,");
  if (played === code) throw new Error("the README's first example does not call createCopilot({ … })");
  return [
    'import { createSimulator } from "@zotpilot/simulator";',
    "const simulator = await createSimulator();",
    'process.env["COPILOT_GITHUB_TOKEN"] = simulator.githubToken;',
    played,
    "await simulator.close();",
  ].join("\n");
}

async function runInstalled(folder: string, name: string, code: string, expected: RegExp): Promise<void> {
  await writeFile(path.join(folder, name), code);
  const env: NodeJS.ProcessEnv = { HOME: folder, USERPROFILE: folder };
  for (const variable of Object.keys(process.env)) {
    if (/^(XDG_|ZOTPILOT_|GH_|GITHUB_|COPILOT_|OPENAI_|ANTHROPIC_)/.test(variable)) env[variable] = undefined;
  }
  const output = await mustRun(process.execPath, [name], { cwd: folder, env });
  if (!expected.test(output)) throw new Error(`${name}: expected ${String(expected)}, got:\n${output}`);
}
