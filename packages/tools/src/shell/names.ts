/**
 * Tells which names fit any of some patterns of names, as `rg -g`, `grep --include` and a line of `.gitignore` have them;
 * some more may fit. A file is known by the last part of a pattern, a folder by any part.
 */
export function fittingNames(patterns: readonly string[]): (name: string, isFolder: boolean) => boolean {
  const parts = patterns.map((pattern) =>
    // What stands in brackets and braces is taken for anything.
    pattern
      .replaceAll(/\[.*\]|\{.*\}/g, "*")
      .split("/")
      .filter((part, index, all) => part !== "" || index === all.length - 1)
      .map(expressionFor),
  );
  return (name, isFolder) =>
    parts.some((each) => (isFolder ? each : each.slice(-1)).some((part) => part.test(name)));
}

function expressionFor(part: string): RegExp {
  if (part === "") return /^/;
  const source = part
    .replaceAll(/\\./g, "?")
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "is");
}
