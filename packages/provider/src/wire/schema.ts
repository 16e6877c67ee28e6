import { isRecord } from "../errors/error-body.ts";

// What all wires read alike. Answers are read field by field instead of through zod: one odd optional field must not
// cost a whole piece of an answer, and this is the hot path of the package.

/** A string, or an empty one. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A whole number of at least 0, or 0. */
export function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}

/** An array, or an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An object, or an empty one. */
export function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** Copilot's own unit of cost, which stands as `copilot_usage` beside the usage of every wire. */
export function nanoAiuOf(source: Record<string, unknown>): number | undefined {
  const nano = record(source["copilot_usage"])["total_nano_aiu"];
  return typeof nano === "number" && Number.isFinite(nano) ? nano : undefined;
}

/** Whether a text is JSON. Never throws: a parse error quotes its input. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether two texts are the same JSON, however they are written. */
export function isSameJson(left: string, right: string): boolean {
  if (left === right) return true;
  try {
    return JSON.stringify(JSON.parse(left)) === JSON.stringify(JSON.parse(right));
  } catch {
    return false;
  }
}
