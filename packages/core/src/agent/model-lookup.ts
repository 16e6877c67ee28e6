import type { ModelInfo, Provider } from "@zotpilot/provider/model";

/** Limits change; what was learned is believed for so long. */
const freshMs = 5 * 60_000;

/** Looks models up in the provider's own list, which is asked for again after a while. */
export function createModelLookup(
  provider: Provider,
  now: () => Date,
): (id: string, signal: AbortSignal) => Promise<ModelInfo | undefined> {
  let known: { at: number; models: readonly ModelInfo[] } | undefined;
  return async (id, signal) => {
    const at = now().getTime();
    if (!known || Math.abs(at - known.at) > freshMs || !known.models.some((model) => model.id === id)) {
      known = { at, models: await provider.listModels({ signal }) };
    }
    return known.models.find((model) => model.id === id);
  };
}
