import { capiScenarios } from "./capi.ts";
import { chatScenarios } from "./chat.ts";
import { completionScenarios } from "./completions.ts";
import { deviceScenarios } from "./device.ts";
import { embeddingsScenarios } from "./embeddings.ts";
import { exchangeScenarios } from "./exchange.ts";
import { hostileScenarios } from "./hostile.ts";
import { hostScenarios } from "./hosts.ts";
import { limitScenarios } from "./limit.ts";
import { messagesScenarios } from "./messages.ts";
import { modelScenarios } from "./models.ts";
import { responsesScenarios } from "./responses.ts";
import type { Scenario } from "./scenario.ts";
import { turnScenarios } from "./turns.ts";
import { wireScenarios } from "./wire.ts";

/** Every scenario there is, group by group. To add one, add it to the list of its group. */
export const scenarios: readonly Scenario[] = [
  ...deviceScenarios,
  ...exchangeScenarios,
  ...capiScenarios,
  ...modelScenarios,
  ...chatScenarios,
  ...turnScenarios,
  ...wireScenarios,
  ...responsesScenarios,
  ...messagesScenarios,
  ...embeddingsScenarios,
  ...completionScenarios,
  ...limitScenarios,
  ...hostScenarios,
  ...hostileScenarios,
];

/** The names that `use()` and the `scenarios` option take. */
export const scenarioNames: readonly string[] = scenarios.map((scenario) => scenario.name);
