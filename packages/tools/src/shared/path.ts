import { homedir } from "node:os";
import { relative, resolve, sep } from "node:path";
import { isInside } from "./inside.ts";
import { ToolError } from "./tool-error.ts";

/** The absolute path that the model means: relative to `cwd`, with `~` and `~/…` for the home folder. */
export function resolvePath(cwd: string, path: string): string {
  if (path === "") throw new ToolError("bad_input", "path is empty");
  if (path.includes("\0")) throw new ToolError("bad_input", "path holds a NUL character");
  if (path === "~") return homedir();
  if (path.startsWith("~/") || (sep === "\\" && path.startsWith("~\\"))) {
    return resolve(homedir(), path.slice(2));
  }
  return resolve(cwd, path);
}

/** How a path is shown: relative to `cwd` (with `/`) when it lies below, absolute otherwise. */
export function displayPath(cwd: string, absolute: string): string {
  const shown = isInside(absolute, cwd) ? relative(cwd, absolute) : absolute;
  return sep === "/" ? shown : shown.replaceAll(sep, "/");
}
