import { modelCatalogue, type ModelEntry } from "./model-catalogue.ts";

/** The models of one simulator, with the policies that were accepted so far. */
export interface ModelShelf {
  list(): readonly ModelEntry[];
  find(id: string): ModelEntry | undefined;
  /** Sets the policy state of a model that has one. */
  setPolicy(id: string, state: string): void;
}

/** Puts the given models on a shelf, or the catalogue. The entries are copied. */
export function createModelShelf(models: readonly ModelEntry[] = modelCatalogue()): ModelShelf {
  const entries = structuredClone(models) as ModelEntry[];
  const find = (id: string): ModelEntry | undefined => entries.find((entry) => entry.id === id);
  return {
    list: () => entries,
    find,
    setPolicy(id, state) {
      const entry = find(id);
      if (entry?.policy !== undefined) entry.policy = { ...entry.policy, state };
    },
  };
}
