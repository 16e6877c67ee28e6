// How long a fresh process takes to import the built package, and how much is installed with it, beside SDKs.
//
//   node bench/provider-size.ts [rounds]          (after pnpm build)
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { argument, median } from "./support/measure.ts";

const rounds = argument(1, 15);
const root = fileURLToPath(new URL("..", import.meta.url));
const PACKAGES = [
  "@zotpilot/provider",
  "@zotpilot/provider/model",
  "openai",
  "@anthropic-ai/sdk",
  "@ai-sdk/openai-compatible",
  "ai",
];

interface Manifest {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  files?: string[];
}

/** Bytes of the files in a folder, without what is installed inside of it. */
function bytesOf(folder: string): number {
  let total = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || entry.parentPath.slice(folder.length).includes("node_modules")) continue;
    total += statSync(path.join(entry.parentPath, entry.name)).size;
  }
  return total;
}

/** Where an installed package finds another one. */
function findPackage(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const place = path.join(folder, "node_modules", name);
    if (existsSync(path.join(place, "package.json"))) return realpathSync(place);
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** The folders of a package and of all that npm would install with it. */
function installedWith(folder: string, found = new Set<string>()): Set<string> {
  if (found.has(folder)) return found;
  found.add(folder);
  const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;
  const peers = Object.keys(manifest.peerDependencies ?? {}).filter(
    (name) => manifest.peerDependenciesMeta?.[name]?.optional !== true,
  );
  for (const name of [...Object.keys(manifest.dependencies ?? {}), ...peers]) {
    const place = findPackage(folder, name);
    if (place !== undefined) installedWith(place, found);
  }
  return found;
}

/** Our own package counts as it is packed: its dist folder and its README. */
function packedBytes(folder: string): number {
  if (!folder.startsWith(path.join(root, "packages"))) return bytesOf(folder);
  return bytesOf(path.join(folder, "dist")) + statSync(path.join(folder, "README.md")).size;
}

const CODE =
  "const s = performance.now(); await import(process.argv[1]); console.log(performance.now() - s);";
const importTime = (name: string) =>
  Number(
    execFileSync(process.execPath, ["--input-type=module", "--eval", CODE, name], {
      cwd: root,
      encoding: "utf8",
    }),
  );

console.log(`medians of ${rounds} fresh processes, Node ${process.versions.node}`);
for (const name of PACKAGES) {
  const times = Array.from({ length: rounds }, () => importTime(name));
  const home = realpathSync(path.join(root, "node_modules", name.replace(/(provider)\/.*/, "$1")));
  const folders = [...installedWith(home)];
  const megabytes = folders.reduce((sum, folder) => sum + packedBytes(folder), 0) / 1e6;
  const size = `${megabytes.toFixed(1)} MB in ${folders.length} packages`;
  console.log(`  ${name.padEnd(26)} ${median(times).toFixed(0).padStart(4)} ms to import; ${size}`);
}
