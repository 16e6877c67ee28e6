import { expect, test } from "vitest";
import { answer, createSimulator, scenarioNames } from "../src/index.ts";
import { capiChecks } from "./scenarios/capi.ts";
import { chatChecks } from "./scenarios/chat.ts";
import type { Check } from "./scenarios/check.ts";
import { deviceChecks } from "./scenarios/device.ts";
import { exchangeChecks } from "./scenarios/exchange.ts";
import { limitChecks } from "./scenarios/limit.ts";
import { modelChecks } from "./scenarios/models.ts";
import { REFERENCE_NAMES } from "./scenarios/reference-names.ts";
import { SAID, wireChecks } from "./scenarios/wire.ts";
import { notPlayed } from "../src/scenarios/not-played.ts";

const checks: Record<string, Check> = {
  ...deviceChecks,
  ...exchangeChecks,
  ...capiChecks,
  ...modelChecks,
  ...chatChecks,
  ...wireChecks,
  ...limitChecks,
};

/** Names for what the simulator does without any scenario, too: so that a list of names can be played as it is. */
const USUAL = new Set([
  "exchange.ok",
  "models.ok",
  "user.paid",
  "chat.orphan_tool_result",
  "chat.missing_tool_result",
]);

const notYet = Object.values(notPlayed).flat();

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

test("every scenario of the protocol reference is played or listed as not played", () => {
  const known = new Set([...scenarioNames, ...notYet]);
  expect(REFERENCE_NAMES.filter((name) => !known.has(name))).toEqual([]);
  expect(notYet.filter((name) => !REFERENCE_NAMES.includes(name) || scenarioNames.includes(name))).toEqual(
    [],
  );
});

test.each(notYet)("%s is known and says that it is not played", async (name) => {
  await using simulator = await createSimulator();
  expect(() => simulator.use("chat.text", name)).toThrow(
    expect.objectContaining({
      code: "scenario_not_played",
      message: expect.stringMatching(
        `^The scenario "${name}" is about .*, which this version does not play\\.$`,
      ),
    }),
  );
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
