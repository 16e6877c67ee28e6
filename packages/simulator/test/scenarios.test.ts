import { expect, test } from "vitest";
import { answer, createSimulator, scenarioNames } from "../src/index.ts";
import { capiChecks } from "./scenarios/capi.ts";
import { chatChecks } from "./scenarios/chat.ts";
import type { Check } from "./scenarios/check.ts";
import { completionChecks } from "./scenarios/completions.ts";
import { deviceChecks } from "./scenarios/device.ts";
import { embeddingsChecks } from "./scenarios/embeddings.ts";
import { exchangeChecks } from "./scenarios/exchange.ts";
import { hostileChecks } from "./scenarios/hostile.ts";
import { limitChecks } from "./scenarios/limit.ts";
import { messagesChecks } from "./scenarios/messages.ts";
import { modelChecks } from "./scenarios/models.ts";
import { REFERENCE_NAMES } from "./scenarios/reference-names.ts";
import { responsesChecks } from "./scenarios/responses.ts";
import { SAID, wireChecks } from "./scenarios/wire.ts";

const checks: Record<string, Check> = {
  ...deviceChecks,
  ...exchangeChecks,
  ...capiChecks,
  ...modelChecks,
  ...chatChecks,
  ...wireChecks,
  ...responsesChecks,
  ...messagesChecks,
  ...embeddingsChecks,
  ...completionChecks,
  ...limitChecks,
  ...hostileChecks,
};

/** Names for what the simulator does without any scenario, too: so that a list of names can be played as it is. */
const USUAL = new Set([
  "exchange.ok",
  "models.ok",
  "user.paid",
  "chat.orphan_tool_result",
  "chat.missing_tool_result",
  "responses.previous_response_not_found",
  "messages.prefill_refused",
  "messages.cache_control_limit",
]);

test.concurrent.for(Object.entries(checks))("%s", async ([name, check]) => {
  await using simulator = await createSimulator({ scenarios: [name], answer: answer.text(SAID) });
  await check(simulator);
});

// A check that passes without the scenario would show nothing.
test.concurrent.for(Object.entries(checks).filter(([name]) => !USUAL.has(name)))(
  "the check of %s fails without it",
  async ([, check]) => {
    await using simulator = await createSimulator({ answer: answer.text(SAID) });
    await expect(check(simulator)).rejects.toThrow();
  },
);

test("every scenario is checked, and every check is of a scenario", () => {
  expect(Object.keys(checks).toSorted()).toEqual(scenarioNames.toSorted());
  expect(new Set(scenarioNames).size).toBe(scenarioNames.length);
});

test("every scenario of the protocol reference is played", () => {
  expect(REFERENCE_NAMES.filter((name) => !scenarioNames.includes(name))).toEqual([]);
});

test("a name that is not known names the others of its group, and nothing is played", async () => {
  await using simulator = await createSimulator({ answer: answer.text(SAID) });
  expect(() => simulator.use("limit.503", "policy.none")).toThrow(
    'There is no scenario "policy.none". In this group there are policy.needed, policy.refused.',
  );
  await expect(checks["limit.503"]?.(simulator)).rejects.toThrow();
});

test("the last one named is asked first, and clearing ends them all", async () => {
  await using simulator = await createSimulator({ scenarios: ["limit.503"], answer: answer.text(SAID) });
  simulator.use("limit.413_text", "frame.crlf");
  await checks["limit.413_text"]?.(simulator);
  simulator.clearScenarios();
  simulator.use("frame.crlf");
  await checks["frame.crlf"]?.(simulator);
});
