import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** The path of a program; relative parts of the PATH do not count, since a project could put anything there. */
export function findProgram(name: string): string | undefined {
  return programsOn(process.env["PATH"] ?? "", name, process.platform)[0];
}

/** Every program of a name on a PATH, first things first; relative parts do not count. */
export function programsOn(path: string, name: string, platform: NodeJS.Platform): string[] {
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, platform === "win32" ? `${name}.exe` : name))
    .filter(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
