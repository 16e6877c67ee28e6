import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/** The path of a program; relative parts of the PATH do not count, since a project could put anything there. */
export async function findProgram(
  name: string,
  path = process.env["PATH"] ?? "",
): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const file = join(folder, process.platform === "win32" ? `${name}.exe` : name);
    const runs = await access(file, constants.X_OK).then(
      async () => (await stat(file)).isFile(),
      () => false,
    );
    if (runs) return file;
  }
  return undefined;
}
