import { modelCatalogue, type ModelEntry } from "./model-catalogue.ts";

/** The models of one simulator, with the policies that were accepted so far. */
export interface ModelShelf {
  list(): readonly ModelEntry[];
  find(id: string): ModelEntry | undefined;
  /** Sets the policy state of a model; gives it a policy when it had none. */
  setPolicy(id: string, state: string): void;
  /** Changes some fields of every model of a type. */
  change(type: string, change: (model: ModelEntry) => Partial<ModelEntry>): void;
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
      if (entry !== undefined) entry.policy = { terms: "(sample terms)", ...entry.policy, state };
    },
    change(type, change) {
      for (const entry of entries) {
        if (entry.capabilities.type === type) Object.assign(entry, change(entry));
      }
    },
  };
}
