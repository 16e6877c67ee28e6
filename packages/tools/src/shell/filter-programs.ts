import type { Arguments } from "./options.ts";

const TEXT = String.raw`(?:[^/\\\n]|\\[^\n])*`;
const ADDRESS = String.raw`(?:\d+|\$|/${TEXT}/)`;
const SED_COMMAND = new RegExp(
  String.raw`^(?:${ADDRESS}(?:,(?:${ADDRESS}|\+\d+))?[pd=]|[\d$]*[pdq=]|s/${TEXT}/${TEXT}/[gpI0-9]*)$`,
);

/** Whether sed does nothing but print, delete from what it prints, and replace in it. */
export function sedOnlyReads({ options, operands }: Arguments): boolean {
  const given = options
    .filter(({ name }) => name === "-e" || name === "--expression")
    .map(({ value }) => value);
  if (given.length > 0) return given.every((script) => SED_COMMAND.test(script ?? ""));
  const [script] = operands;
  return script?.kind === "plain" && SED_COMMAND.test(script.value);
}

/** What jq knows that depends on nothing but its input. */
const JQ_NAMES = new Set(
  (
    "add all and any arrays as ascii_downcase ascii_upcase booleans catch contains del elif else empty end endswith " +
    "error false first flatten floor foreach from_entries fromjson group_by has if in index indices inputs inside isvalid " +
    "iterables join keys keys_unsorted label last length limit ltrimstr map map_values match max max_by min min_by not " +
    "null nulls numbers objects or paths range recurse reduce reverse rtrimstr scalars select sort sort_by split " +
    "startswith strings sub test then to_entries todate tojson tonumber tostring transpose true try type unique unique_by " +
    "values walk with_entries ascii gsub capture scan getpath leaf_paths input now round ceil sqrt abs"
  ).split(" "),
);

/** Whether a jq program looks at nothing but its input: not at the environment, and not at other files. */
export function jqOnlyReads({ operands: [program] }: Arguments): boolean {
  if (program?.kind !== "plain") return false;
  const text = program.value.replaceAll(/"(?:[^"\\]|\\[^(])*"/g, " ").replaceAll("..", " ");
  if (/["\\#`]/.test(text)) return false;
  const names = text.match(/[.$@]?[A-Za-z_]\w*/g) ?? [];
  return names.every((name) => /^[.@]|^\$[a-z]/.test(name) || JQ_NAMES.has(name));
}

/** Whether a format of printf only prints: `-v` and `%n` would set a variable. */
export function printfOnlyPrints(format: string): boolean {
  return /^(?!-)(?:[^%\\]|\\.|%%|%[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?[sdiouxXeEfgGcbq])*$/s.test(format);
}
