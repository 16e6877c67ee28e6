import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** The parts of a package.json that the scripts read. */
export type Manifest = {
  name: string;
  version: string;
  exports?: Record<string, string | Record<string, string>>;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
};

export type WorkspacePackage = { folder: string; shortName: string; manifest: Manifest };

/** Every package under `packages/`, in alphabetical order. */
export async function listPackages(root: string): Promise<WorkspacePackage[]> {
  const names = await readdir(path.join(root, "packages"));
  // What a package leaves behind when it is removed or renamed (dist, node_modules) is no package.
  const folders = names.filter((name) => existsSync(path.join(root, "packages", name, "package.json")));
  return Promise.all(
    folders.sort().map(async (shortName) => {
      const folder = path.join(root, "packages", shortName);
      const manifest = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as Manifest;
      return { folder, shortName, manifest };
    }),
  );
}

/** What a user can import: `@zotpilot/provider`, `@zotpilot/provider/model`, … */
export function entriesOf(manifest: Manifest): { specifier: string; source: string | undefined }[] {
  return Object.entries(manifest.exports ?? {})
    .filter(([subpath]) => subpath !== "./package.json")
    .map(([subpath, target]) => ({
      specifier: path.posix.join(manifest.name, subpath),
      source: typeof target === "string" ? undefined : target["@zotpilot/source"],
    }));
}
