import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";

/** A Node on this machine that is too old for the program but runs the set-up; undefined when there is none. */
export function findOldNode(): string | undefined {
  const onPath = (process.env["PATH"] ?? "").split(path.delimiter).map((folder) => path.join(folder, "node"));
  const candidates = [process.env["ZOTPILOT_BOOTSTRAP_NODE"] ?? "", ...onPath];
  return candidates.find((file) => existsSync(file) && isOld(file));
}

/** A real one where there is one, and otherwise this one, told by a file in `folder` to say that it is too old. */
export async function tooOldNode(folder: string): Promise<string[]> {
  const found = findOldNode();
  if (found) return [found];
  const file = path.join(folder, "pretend-old.cjs");
  await writeFile(file, 'Object.defineProperty(process, "version", { value: "v18.20.0" });\n');
  return [process.execPath, "--require", file];
}

function isOld(file: string): boolean {
  try {
    const version = execFileSync(file, ["--version"], { encoding: "utf8" });
    const major = Number(/^v(\d+)\./.exec(version)?.[1]);
    return major >= 18 && major < 22;
  } catch {
    return false;
  }
}
