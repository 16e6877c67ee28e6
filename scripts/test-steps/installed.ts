import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { mustRun, root } from "./command.ts";
import { entriesOf, listPackages } from "../checks/packages.ts";

// What an import of a package must not pull in, whatever else is installed beside it.
const MUST_NOT_LOAD: Record<string, RegExp> = {
  "@zotpilot/ndjson": /node_modules\/(?!@zotpilot\/ndjson\/)/,
  "@zotpilot/provider": /node_modules\/(@zotpilot\/(?!provider\/)|ink\/|react\/)/,
  "@zotpilot/provider/model": /node_modules\/(?!@zotpilot\/provider\/)/,
  "@zotpilot/auth": /node_modules\/(@zotpilot\/(?!auth\/)|ink\/|react\/)/,
  "@zotpilot/core": /node_modules\/(@zotpilot\/(?!core\/|ndjson\/|provider\/)|undici\/|ink\/|react\/)/,
  "@zotpilot/tools":
    /node_modules\/(@zotpilot\/(?!tools\/|core\/|ndjson\/|provider\/)|undici\/|ink\/|react\/)/,
  "@zotpilot/tui": /node_modules\/@zotpilot\/(?!tui\/)/,
  "@zotpilot/simulator": /node_modules\/(?!@zotpilot\/simulator\/)/,
};

const LOADED_MODULES = `
import { registerHooks } from "node:module";
const loaded = [];
registerHooks({
  resolve(specifier, context, next) {
    const result = next(specifier, context);
    loaded.push(result.url);
    return result;
  },
});
await import(process.argv[2]);
console.log(JSON.stringify(loaded));
`;

/** Installs the tarballs with plain npm into an empty folder and uses them from there, as a user would. */
export async function checkInstalled(tarballs: readonly string[]): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "zotpilot installed "));
  try {
    await writeFile(
      path.join(folder, "package.json"),
      '{ "name": "user", "private": true, "type": "module" }\n',
    );
    const flags = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
    await mustRun("npm", ["install", ...flags, ...tarballs], { cwd: folder });
    await checkPrograms(folder);
    await checkImports(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkPrograms(folder: string): Promise<void> {
  const home = path.join(folder, "home");
  const project = path.join(folder, "project");
  await mkdir(home);
  await mkdir(project);
  await writeFile(path.join(project, "hello.txt"), "hello\n");
  // The user's own credentials and settings stay out of the test.
  const env: NodeJS.ProcessEnv = { HOME: home, USERPROFILE: home };
  for (const name of Object.keys(process.env)) {
    if (/^(XDG_|ZOTPILOT_|GH_|GITHUB_|COPILOT_)/.test(name)) env[name] = undefined;
  }
  const program = (name: string, ...args: string[]) =>
    mustRun(path.join(folder, "node_modules", ".bin", name), args, { cwd: project, env });

  const agent = JSON.parse(await readFile(path.join(root, "packages/agent/package.json"), "utf8")) as {
    version: string;
  };
  expectText("zotpilot --version", await program("zotpilot", "--version"), agent.version);
  expectText(
    "zotpilot --demo -p",
    await program("zotpilot", "--demo", "-p", "list the files here"),
    "hello.txt",
  );
  expectText("zotpilot-sim --help", await program("zotpilot-sim", "--help"), "zotpilot-sim");
}

function expectText(what: string, output: string, expected: string): void {
  if (!output.includes(expected))
    throw new Error(`${what}: expected "${expected}" in its output, got:\n${output}`);
}

async function checkImports(folder: string): Promise<void> {
  await writeFile(path.join(folder, "loaded-modules.js"), LOADED_MODULES);
  const complaints: string[] = [];
  for (const { manifest } of await listPackages(root)) {
    for (const { specifier } of entriesOf(manifest)) {
      const output = await mustRun(process.execPath, ["loaded-modules.js", specifier], { cwd: folder });
      const loaded = JSON.parse(output) as string[];
      const forbidden = MUST_NOT_LOAD[specifier];
      const wrong = forbidden ? loaded.filter((url) => forbidden.test(url)) : [];
      for (const url of wrong) complaints.push(`import("${specifier}") loads ${url}`);
    }
  }
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
}
