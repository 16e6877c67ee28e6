import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "./support/folder.ts";
import { createMiniRepository, type MiniRepository } from "./support/mini-repository.ts";
import { tooOldNode } from "./support/old-node.ts";

/** The folders that npx was given. */
async function npxFolders({ folder }: MiniRepository): Promise<string[]> {
  return (await readdir(path.join(folder, ".cache"))).filter((name) => name.startsWith("npx-"));
}

const WHOLE_SETUP = [
  expect.stringMatching(/^npx node@24\.\S+ pnpm@12\.\S+$/),
  "pnpm install --frozen-lockfile",
  "turbo run build",
];

describe.skipIf(process.platform === "win32")("fetching Node and pnpm", () => {
  test.each([
    { signal: "SIGINT", toAll: true, before: "folder" },
    { signal: "SIGINT", toAll: true, before: "pnpm" },
    { signal: "SIGINT", toAll: true, before: "package.json" },
    { signal: "SIGINT", toAll: true, before: "node" },
    { signal: "SIGTERM", toAll: false, before: "package.json" },
    { signal: "SIGKILL", toAll: true, before: "package.json" },
  ] as const)(
    "$signal (to all: $toAll) before npx has made the $before: the next run succeeds",
    async ({ before, signal, toAll }) => {
      const repo = await createMiniRepository();
      const node = await tooOldNode(repo.folder);
      await repo.interrupt(["start", "one"], { before, signal, toAll, node, pnpmOnPath: false });

      const result = await repo.bootstrap(["start", "two"], { node, pnpmOnPath: false });
      expect(result.code, result.all).toBe(0);
      expect(JSON.parse(result.stdout)).toMatchObject({ args: ["two"], node: process.execPath });
      expect(await repo.calls()).toEqual(WHOLE_SETUP);
      expect(await npxFolders(repo)).toHaveLength(1);

      const again = await repo.bootstrap(["start", "three"], { node, pnpmOnPath: false });
      expect(again).toMatchObject({ code: 0, stderr: "" });
      expect(await repo.calls()).toEqual([]);
    },
  );

  test("what was fetched has gone: it is fetched again", async () => {
    const repo = await createMiniRepository();
    const node = await tooOldNode(repo.folder);
    await repo.bootstrap(["start", "one"], { node, pnpmOnPath: false });
    const [first = ""] = await npxFolders(repo);
    const bin = path.join(repo.folder, ".cache", first, "_npx/0123456789abcdef/node_modules/.bin");
    await rename(path.join(bin, "node"), path.join(bin, "not-node"));
    await repo.calls();

    // The installation and the build are still good: Node is all that is missing.
    const results = await Promise.all(
      ["two", "three"].map((name) => repo.bootstrap(["start", name], { node, pnpmOnPath: false })),
    );
    for (const result of results) expect(result.code, result.all).toBe(0);
    expect(await repo.calls()).toEqual(WHOLE_SETUP.slice(0, 1));
    const folders = await npxFolders(repo);
    expect(folders).toHaveLength(1);
    expect(folders).not.toContain(first);
  });

  test("npm's own downloads are used and kept", async () => {
    const repo = await createMiniRepository();
    const downloads = path.join(repo.folder, ".npm", "_cacache");
    await mkdir(downloads, { recursive: true });
    await writeFile(path.join(downloads, "something"), "downloaded before");
    const result = await repo.bootstrap(["start", "hello"], { pnpmOnPath: false });
    expect(result.code, result.all).toBe(0);
    const [folder = ""] = await npxFolders(repo);
    expect(await readdir(path.join(repo.folder, ".cache", folder))).toEqual(["_npx"]);
    expect(await readFile(path.join(downloads, "something"), "utf8")).toBe("downloaded before");
  });

  test("npm's own downloads cannot be used: they are left alone, and everything is fetched anew", async () => {
    const repo = await createMiniRepository();
    const downloads = path.join(repo.folder, ".npm", "_cacache");
    await mkdir(path.join(downloads, "damaged"), { recursive: true });
    const result = await repo.bootstrap(["start", "hello"], { pnpmOnPath: false });
    expect(result.code, result.all).toBe(0);
    expect(result.stderr).toContain("fetching everything anew");
    expect(await readdir(downloads)).toEqual(["damaged"]);
    expect(await npxFolders(repo)).toHaveLength(1);
  });

  test("a repository that was moved fetches nothing", async () => {
    const repo = await createMiniRepository();
    const node = await tooOldNode(await temporaryFolder());
    await repo.bootstrap(["start", "hello"], { node, pnpmOnPath: false });
    await repo.calls();
    const moved = path.join(await temporaryFolder(), "moved");
    await rename(repo.folder, moved);
    const result = await repo.bootstrap(["start", "hello"], { node, pnpmOnPath: false, in: moved });
    expect(result, result.all).toMatchObject({ code: 0, stderr: "" });
  });
});
