import { cleanPath, looksLikeFile, PATH } from "../words.ts";
import type { Task } from "../task.ts";
import { rule, type Rule } from "./rule.ts";

const SHOW = String.raw`(?:read|show(?: me)?|open|print|cat|display|view|see|summari[sz]e|explain|describe|look at|(?:have|take) a look at|check)`;

/** Files to read. */
export const readRules: readonly Rule[] = [
  rule(
    String.raw`${SHOW} (?:the )?(?:first|top) (?<limit>\d+) lines (?:of|in|from) (?:the )?(?:file )?${PATH}`,
    ({ limit, path }) => readTask(path, 1, Number(limit)),
  ),
  rule(
    String.raw`${SHOW} (?:the )?lines? (?<from>\d+)(?:\s*(?:-|to|through|until)\s*(?<until>\d+))? (?:of|in|from) (?:the )?(?:file )?${PATH}`,
    ({ from, until, path }) => {
      const offset = Math.max(Number(from), 1);
      return readTask(path, offset, Math.max(Number(until ?? from) - offset + 1, 1));
    },
  ),
  rule(
    String.raw`${SHOW} (?:(?:the|a|my) )?(?:contents? of )?(?:the )?(?<word>files? )?(?<paths>.+?)(?: files?)?[?.!]*`,
    ({ paths = "", word }) => several(paths, word !== undefined),
  ),
  rule(String.raw`(?:read|open|cat) ${PATH}[?.!]*`, ({ path }) => readTask(path)),
];

/** "a.txt", "a.txt and b.txt", "a.txt, b.txt and c.txt". A name with spaces must be in quotes. */
function several(paths: string, areFiles: boolean): readonly Task[] | undefined {
  const isOneQuoted = /^(["'`])[^"'`]+\1$/.test(paths);
  const each = isOneQuoted ? [paths] : paths.split(/\s*,\s*(?:and\s+)?|\s+and\s+/);
  const areNames = each.every((path) => /^\S+$/.test(path) && (areFiles || looksLikeFile(path)));
  if (!isOneQuoted && !areNames) return undefined;
  return each.map((path) => readTask(path)).filter((task) => task !== undefined);
}

/** Reads a file, or some of its lines; undefined for a path of which nothing is left. */
export function readTask(path = "", offset?: number, limit?: number): Task | undefined {
  const file = cleanPath(path);
  if (file === undefined) return undefined;
  return {
    type: "read",
    path: file,
    ...(offset === undefined ? {} : { offset }),
    ...(limit === undefined ? {} : { limit }),
  };
}
