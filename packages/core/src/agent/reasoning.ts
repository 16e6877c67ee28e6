import type { ReasoningEffort } from "@zotpilot/provider/model";

/** How hard a model is to think, in zot's words, least first. With `off` it is not told, and does as it does by itself. */
export const reasoningLevels = ["off", "minimum", "low", "medium", "high", "xhigh", "max"] as const;

/** One of {@link reasoningLevels}. */
export type ReasoningLevel = (typeof reasoningLevels)[number];

/** The level that each effort of a model is. */
const levelOf: Readonly<Record<ReasoningEffort, ReasoningLevel>> = {
  minimal: "minimum",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "xhigh",
};

/** The effort among those offered that is nearest to a level, the higher one of two; undefined when none is to be sent. */
export function nearestEffort(
  level: ReasoningLevel,
  offered: readonly ReasoningEffort[],
): ReasoningEffort | undefined {
  if (level === "off") return undefined;
  const rank = (of: ReasoningLevel): number => reasoningLevels.indexOf(of);
  const distance = (effort: ReasoningEffort): number => Math.abs(rank(levelOf[effort]) - rank(level));
  const highestFirst = offered.toSorted((left, right) => rank(levelOf[right]) - rank(levelOf[left]));
  return highestFirst.toSorted((left, right) => distance(left) - distance(right))[0];
}
