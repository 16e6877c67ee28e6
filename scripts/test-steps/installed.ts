import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { mustRun } from "./command.ts";
import { checkInstalledExamples } from "./installed-examples.ts";
import type { Tarball } from "./tarballs.ts";
import { entriesOf } from "../checks/packages.ts";

// What an import must not load, whatever is installed beside it: one row for each public entry.
const MUST_NOT_LOAD: Readonly<Record<string, RegExp>> = {
  "@zotpilot/agent": /node_modules\/(?!@zotpilot\/agent\/)|\/interactive-/,
  "@zotpilot/auth": /node_modules\/(?!@zotpilot\/auth\/|zod\/|uqr\/)/,
  "@zotpilot/core": /node_modules\/(?!@zotpilot\/(core|ndjson|provider\/dist\/model)\/|zod\/)/,
  "@zotpilot/core/rpc": /node_modules\/(?!@zotpilot\/(core|ndjson|provider\/dist\/model)\/|zod\/)/,
  "@zotpilot/ndjson": /node_modules\/(?!@zotpilot\/ndjson\/)/,
  "@zotpilot/provider": /node_modules\/(?!@zotpilot\/provider\/|undici\/|zod\/|eventsource-parser\/)/,
  "@zotpilot/provider/contract": /node_modules\/(?!@zotpilot\/provider\/dist\/(contract|model|errors)\/)/,
  "@zotpilot/provider/model": /node_modules\/(?!@zotpilot\/provider\/dist\/model\/)/,
  "@zotpilot/provider/transport":
    /node_modules\/(?!@zotpilot\/provider\/|undici\/|zod\/|eventsource-parser\/)/,
  "@zotpilot/simulator": /node_modules\/(?!@zotpilot\/simulator\/)/,
  "@zotpilot/tools":
    /node_modules\/(@zotpilot\/(?!(tools|core|ndjson|provider\/dist\/model)\/)|undici\/|ink\/|react\/)/,
  "@zotpilot/tui/sanitize": /node_modules\/(?!@zotpilot\/tui\/)/,
  "@zotpilot/tui": /node_modules\/@zotpilot\/(?!tui\/)/,
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
export async function checkInstalled(tarballs: readonly Tarball[]): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "zotpilot installed "));
  try {
    await writeFile(
      path.join(folder, "package.json"),
      '{ "name": "user", "private": true, "type": "module" }\n',
    );
    const flags = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
    await mustRun("npm", ["install", ...flags, ...tarballs.map(({ file }) => file)], { cwd: folder });
    const agent = tarballs.find(({ manifest }) => manifest.name === "@zotpilot/agent");
    await checkPrograms(folder, agent?.manifest.version ?? "no packed agent");
    await checkImports(folder, tarballs);
    await checkInstalledExamples(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkPrograms(folder: string, version: string): Promise<void> {
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

  expectText("zotpilot --version", await program("zotpilot", "--version"), version);
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

async function checkImports(folder: string, tarballs: readonly Tarball[]): Promise<void> {
  await writeFile(path.join(folder, "loaded-modules.js"), LOADED_MODULES);
  const complaints: string[] = [];
  for (const { specifier } of tarballs.flatMap(({ manifest }) => entriesOf(manifest))) {
    const output = await mustRun(process.execPath, ["loaded-modules.js", specifier], { cwd: folder });
    const loaded = JSON.parse(output) as string[];
    const forbidden = MUST_NOT_LOAD[specifier];
    if (!forbidden) complaints.push(`${specifier} has no row in scripts/test-steps/installed.ts`);
    const wrong = forbidden ? loaded.filter((url) => forbidden.test(url)) : [];
    for (const what of new Set(wrong.map(placeOf))) complaints.push(`import("${specifier}") loads ${what}`);
  }
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
}

/** The package a module belongs to, or its own path. */
function placeOf(url: string): string {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? url;
}
