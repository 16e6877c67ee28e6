const PATH_KEYS: ReadonlySet<string> = new Set(
  "path file file_path filepath filename dir directory folder cwd".split(" "),
);

/** The paths among the arguments of a tool, also of one that is not ours: by what such arguments are called. */
export function pathArguments(input: object): string[] {
  return Object.entries(input).flatMap(([key, value]: [string, unknown]) => {
    if (!PATH_KEYS.has(key)) return [];
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.filter((one) => typeof one === "string");
  });
}
