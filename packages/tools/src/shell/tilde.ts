import { homedir } from "node:os";
import { join } from "node:path";

/** A path that begins with `~`, as a shell would have it: the home folder, also that of somebody else. */
export function expandTilde(path: string): string {
  const [, name = "", rest = ""] = /^~([\w.-]*)(.*)$/s.exec(path) ?? [];
  if (!path.startsWith("~")) return path;
  if (name === "") return join(homedir(), rest);
  if (name === "root") return join("/root", rest);
  return join(process.platform === "darwin" ? "/Users" : "/home", name, rest);
}
