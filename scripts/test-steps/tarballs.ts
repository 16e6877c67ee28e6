import { mkdir } from "node:fs/promises";
import path from "node:path";
import { mustRun, root, runTool } from "./command.ts";
import { listPackages, type Manifest } from "../checks/packages.ts";

/** A packed package and what is in it. */
export type Tarball = { file: string; manifest: Manifest; contents: readonly string[] };

/** Packs every package as it would be published. */
export async function packAll(folder: string): Promise<Tarball[]> {
  await mkdir(folder, { recursive: true });
  const tarballs: Tarball[] = [];
  for (const { folder: cwd, manifest } of await listPackages(root)) {
    const output = await mustRun("pnpm", ["pack", "--json", "--pack-destination", folder], { cwd });
    const packed = JSON.parse(output) as { filename: string; files: { path: string }[] };
    const file = path.resolve(folder, packed.filename);
    tarballs.push({ file, manifest, contents: packed.files.map((entry) => entry.path) });
  }
  return tarballs;
}

/** What is in the tarballs, publint (are they well formed?) and are-the-types-wrong (do types and code agree?). */
export async function checkTarballs(tarballs: readonly Tarball[]): Promise<void> {
  const complaints: string[] = [];
  const waiting = [...tarballs];
  async function work(): Promise<void> {
    for (let tarball = waiting.shift(); tarball; tarball = waiting.shift()) {
      complaints.push(...contentProblems(tarball));
      const checks = [
        ["publint/src/cli.js", "run", tarball.file, "--strict"],
        ["@arethetypeswrong/cli/dist/index.js", tarball.file, "--profile", "esm-only", "--no-color"],
      ];
      for (const [script = "", ...args] of checks) {
        const { code, output } = await runTool(script, args);
        if (code !== 0) complaints.push(`${script} ${path.basename(tarball.file)}\n${output}`);
      }
    }
  }
  await Promise.all([work(), work()]);
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
}

/** A user gets the code, its types, the README and the licence, and nothing of our workshop. */
function contentProblems({ manifest, contents }: Tarball): string[] {
  const wanted = ["package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts"];
  const missing = wanted.filter((name) => !contents.includes(name));
  const allowed =
    /^(dist\/.*(?<!\.test|\.test-d)(?:\.js|\.d\.ts)|dist\/THIRD-PARTY-LICENSES\.txt|CHANGELOG\.md)$/;
  const foreign = contents.filter((name) => !wanted.includes(name) && !allowed.test(name));
  return [
    ...missing.map((name) => `${manifest.name} is packed without ${name}`),
    ...foreign.map((name) => `${manifest.name} is packed with ${name}`),
  ];
}
