import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { physicalPath, realPathOf } from "../shared/real-path.ts";
import { expandTilde } from "./tilde.ts";

/** A file that a pattern stands for. */
export interface MatchingFile {
  absolute: string;
  /** Where it leads when links are followed. */
  real: string;
  /** Whether it can be a folder. */
  isFolder: boolean;
}

const MAX_LISTED = 20_000;

/**
 * The files that a shell would put in the place of a pattern now, and maybe some more: shells differ in what they make of
 * square brackets and of hidden files. Undefined when that would be too many to look at.
 */
export async function matchingFiles(
  pattern: string,
  from: string,
  tilde: boolean,
): Promise<MatchingFile[] | undefined> {
  const whole = tilde ? expandTilde(pattern) : pattern;
  const segments = whole.split("/").filter(Boolean);
  const start = whole.startsWith("/") ? "/" : from;
  let found: MatchingFile[] = [{ absolute: start, real: await physicalPath(start, "/"), isFolder: true }];
  let listed = 0;
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (!/[*?[]/.test(segment)) {
      found = await Promise.all(found.map((folder) => below(folder, segment)));
      continue;
    }
    const matches = segmentMatcher(segment);
    const next: MatchingFile[] = [];
    for (const folder of found) {
      const entries = await readdir(folder.real, { withFileTypes: true }).catch((): Dirent[] => []);
      listed += entries.length;
      if (listed > MAX_LISTED) return undefined;
      const wanted = entries.filter((entry) => matches(entry.name) && (isLast || !entry.isFile()));
      for (const entry of wanted)
        next.push(
          entry.isSymbolicLink()
            ? await below(folder, entry.name)
            : {
                absolute: join(folder.absolute, entry.name),
                real: join(folder.real, entry.name),
                isFolder: entry.isDirectory(),
              },
        );
    }
    found = next;
  }
  return found;
}

async function below({ absolute, real }: MatchingFile, name: string): Promise<MatchingFile> {
  if (name === "..") return { absolute: dirname(absolute), real: dirname(real), isFolder: true };
  return { absolute: join(absolute, name), real: await realPathOf(join(real, name)), isFolder: true };
}

/** Takes everything between square brackets for anything. */
function segmentMatcher(segment: string): (name: string) => boolean {
  const source = segment
    .replaceAll(/\[.*\]/g, "*")
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const expression = new RegExp(`^${source}$`, "is");
  return (name) => expression.test(name);
}
