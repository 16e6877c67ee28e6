import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/** A Node on this machine that is too old for the program but runs the set-up; undefined when there is none. */
export function findOldNode(): string | undefined {
  const onPath = (process.env["PATH"] ?? "").split(path.delimiter).map((folder) => path.join(folder, "node"));
  const candidates = [process.env["ZOTPILOT_BOOTSTRAP_NODE"] ?? "", ...onPath];
  return candidates.find((file) => existsSync(file) && isOld(file));
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
