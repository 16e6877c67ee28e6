import type { ReasoningLevel } from "@zotpilot/core";
import { InvalidArgumentError } from "commander";

// Named here and not taken from core, so that `--version` need not load it.
const levels: readonly ReasoningLevel[] = ["off", "minimum", "low", "medium", "high", "xhigh", "max"];

/** The value of the option that says how hard a model thinks. */
export function reasoningLevel(text: string): ReasoningLevel {
  const level = levels.find((one) => one === text.toLowerCase());
  if (level === undefined) throw new InvalidArgumentError(`It can be ${levels.join(", ")}.`);
  return level;
}

/** An option that can be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** The value of an option that counts something. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("It must be a whole number from 1 on.");
  return value;
}

/** The value of an option that measures something. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}
