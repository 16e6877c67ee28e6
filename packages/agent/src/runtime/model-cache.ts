import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelCache } from "@zotpilot/provider";

/** So many accounts' lists are kept, those written last. */
const mostLists = 20;

/**
 * Keeps an account's list of models in a file of its own, for times without a connection. `account` tells accounts apart;
 * only a digest of it is kept.
 */
export function createModelCache(folder: string, account: string): ModelCache {
  const digest = createHash("sha256").update(`models of ${account}`).digest("hex").slice(0, 24);
  const path = join(folder, `${digest}.json`);
  return {
    async read() {
      return readFile(path, "utf8").catch(() => undefined);
    },
    async write(text) {
      const temporary = join(folder, `${digest}.${randomUUID().slice(0, 8)}.tmp`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        await writeFile(temporary, text, { flag: "wx", mode: 0o600 });
        await rename(temporary, path);
      } finally {
        await rm(temporary, { force: true });
      }
      await removeOld(folder);
    },
  };
}

/** Tokens that are given once, as in continuous integration, would leave a file each. */
async function removeOld(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  if (names.length <= mostLists) return;
  const files = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), at: (await stat(join(folder, name))).mtimeMs })),
  );
  const old = files.toSorted((left, right) => right.at - left.at).slice(mostLists);
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
}
