import type { Scenario } from "./scenario.ts";

/** Every scenario there is, in the order of the groups. */
export const scenarios: readonly Scenario[] = [];

/** The names that `use()` takes. */
export const scenarioNames: readonly string[] = scenarios.map((scenario) => scenario.name);
