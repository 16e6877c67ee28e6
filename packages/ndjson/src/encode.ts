/**
 * One value as one line of newline-delimited JSON, line feed included.
 *
 * U+2028 and U+2029 are escaped, because some readers take them for line ends. Throws a `TypeError` for a value that
 * JSON cannot hold at the top (undefined, a function, a cycle, a BigInt).
 */
export function encodeLine(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError("this value has no JSON form");
  return `${json.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")}\n`;
}
