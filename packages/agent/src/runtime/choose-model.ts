import { canAnswer, type ModelInfo } from "@zotpilot/provider/model";
import { UsageError } from "../errors.ts";

/** The models that a conversation can be held with, the default first, then as the service lists them. */
export function usableModels(models: readonly ModelInfo[]): readonly ModelInfo[] {
  const usable = models.filter((model) => model.policy === "enabled" && canAnswer(model));
  const rank = (model: ModelInfo): number => (model.isDefault ? 0 : model.listed ? 1 : 2);
  return usable.sort((left, right) => rank(left) - rank(right));
}

/**
 * The model that was asked for, or the one used last if it is still offered, or the default.
 * Throws a {@link UsageError} for an id that the account cannot use.
 */
export function chooseModel(
  models: readonly ModelInfo[],
  wanted: { asked?: string; last?: string },
): ModelInfo {
  const { asked, last } = wanted;
  if (asked !== undefined) {
    const found = models.find((model) => model.id === asked);
    if (found) return found;
    const near = nearestModels(asked, models);
    const offer =
      near.length > 0 ? `did you mean ${near.join(" or ")}?` : "this account has no models at all.";
    throw new UsageError(`there is no model "${asked}": ${offer} \`zotpilot models\` lists all.`);
  }
  const chosen = models.find((model) => model.id === last) ?? models[0];
  if (!chosen)
    throw new UsageError("this account has no model to talk to; `zotpilot status` shows its plan.");
  return chosen;
}

/** The three ids that look most like the one that was asked for. */
export function nearestModels(asked: string, models: readonly ModelInfo[]): string[] {
  return models
    .map(({ id }) => ({ id, distance: editDistance(asked.toLowerCase(), id.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance)
    .slice(0, 3)
    .map(({ id }) => id);
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replace = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
