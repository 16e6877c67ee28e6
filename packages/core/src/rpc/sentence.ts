import type { z } from "zod";

/** Says in one sentence what is wrong with a field of a request, and what was expected. */
export function sentenceOf(
  command: string,
  issue: z.core.$ZodIssue | undefined,
  request: Record<string, unknown>,
): string {
  if (!issue) return `${command}: the request cannot be read`;
  let given: unknown = request;
  for (const key of issue.path) given = (given as Record<PropertyKey, unknown> | undefined)?.[key];
  const field = `"${placeOf(issue.path)}"`;
  if (given === undefined) return `${command} needs ${field}: ${expectedBy(issue)}`;
  return `${command}: ${field} must be ${expectedBy(issue)}, got ${shown(given)}`;
}

/** What kind of value this is, with its article. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function shown(value: unknown): string {
  return typeof value === "string" && value.length <= 20 ? JSON.stringify(value) : kindOf(value);
}

function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return issue.values.map((one) => JSON.stringify(one)).join(" or ");
  if (issue.code !== "invalid_type") return "something else";
  return `${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
}

/** Where it is, as JavaScript would write it: `images[0].data`. */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index > 0 ? "." : ""}${String(key)}`))
    .join("");
}
