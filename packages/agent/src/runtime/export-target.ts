import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../errors.ts";

/**
 * The file that an export of a session goes into; `target` is a file or a folder. Nothing that is there is replaced unless
 * that was asked for (otherwise `replace` is the advice), and no folder is made. Throws a {@link UsageError}.
 */
export async function exportTarget(session: string, target: string, replace: true | string): Promise<string> {
  const isFolder = await isFolderAt(target);
  const name = basename(session).replace(/\.jsonl$/, ".zotpilot");
  const file = isFolder ? join(target, name) : `${target.replace(/\.zotpilot$/i, "")}.zotpilot`;
  const folder = dirname(file);
  if (!(await isFolderAt(folder))) throw new UsageError(`there is no folder ${folder} to export into.`);
  const exists = await stat(file).catch(() => undefined);
  if (exists && replace !== true) throw new UsageError(`${file} is there already; ${replace}.`);
  return file;
}

function isFolderAt(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
