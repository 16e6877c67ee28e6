import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { Environment } from "./sources.ts";

/**
 * The file of a program, by its absolute path or by a name that stands in `PATH`. Entries of `PATH` that are not absolute
 * are passed over, so that a program in the present folder is never taken for another. Undefined when there is none.
 */
export async function findProgram(program: string, env: Environment): Promise<string | undefined> {
  if (isAbsolute(program)) return (await isProgram(program)) ? program : undefined;
  if (/[/\\]/.test(program) || program === "") return undefined;
  const windows = process.platform === "win32";
  const folders = (env["PATH"] ?? env["Path"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  for (const folder of folders)
    // Batch files would need a shell.
    for (const ending of windows ? ["", ".exe", ".com"] : [""]) {
      const file = join(folder, `${program}${ending}`);
      if (await isProgram(file)) return file;
    }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
