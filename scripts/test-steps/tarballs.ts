import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { mustRun, root, runTool } from "./command.ts";
import { listPackages } from "../checks/packages.ts";

/** Packs every package as it would be published; gives back the paths of the tarballs. */
export async function packAll(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  for (const { folder: cwd } of await listPackages(root)) {
    await mustRun("pnpm", ["pack", "--pack-destination", folder], { cwd });
  }
  const files = await readdir(folder);
  return files.filter((file) => file.endsWith(".tgz")).map((file) => path.join(folder, file));
}

/** publint (is the package well formed?) and are-the-types-wrong (do the types match the code?). */
export async function checkTarballs(tarballs: readonly string[]): Promise<void> {
  const complaints: string[] = [];
  for (const tarball of tarballs) {
    const [lint, types] = await Promise.all([
      runTool("publint/src/cli.js", ["run", tarball, "--strict"]),
      runTool("@arethetypeswrong/cli/dist/index.js", [tarball, "--profile", "esm-only", "--no-color"]),
    ]);
    if (lint.code !== 0) complaints.push(`publint ${path.basename(tarball)}\n${lint.output}`);
    if (types.code !== 0) complaints.push(`attw ${path.basename(tarball)}\n${types.output}`);
  }
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
}
