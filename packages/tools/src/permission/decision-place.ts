import type { PolicyLayer } from "./policy.ts";
import type { SensitivePaths } from "./sensitive-paths.ts";

/** What decisions are made from. */
export interface DecisionPlace {
  cwd: string;
  project: string;
  roots: readonly string[];
  layers: readonly PolicyLayer[];
  sensitive: SensitivePaths;
}
