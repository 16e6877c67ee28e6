import { SimulatorError } from "./errors.ts";
import type { Call } from "./http/call.ts";
import type { Reply } from "./http/reply.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Hook, Hooks } from "./scenarios/scenario.ts";
import type { Next, Stage, World } from "./world.ts";

/** Plays scenarios by name. */
export interface ScenarioPlayer {
  use(world: World, names: readonly string[]): void;
  clear(): void;
  /** Runs a handler inside the hooks of a stage; the scenario that was named last is asked first. */
  run(stage: Stage, call: Call, handler: Next): Promise<Reply>;
}

/** Creates a player that plays nothing yet. */
export function createScenarioPlayer(): ScenarioPlayer {
  const active: { name: string; hooks: Hooks }[] = [];
  return {
    use(world, names) {
      // All names are looked up first: a wrong one changes nothing.
      const found = names.map(findScenario);
      active.push(...found.map((scenario) => ({ name: scenario.name, hooks: scenario.play(world) })));
    },
    clear() {
      active.length = 0;
    },
    run(stage, call, handler) {
      let chain = handler;
      for (const { name, hooks } of active) {
        const hook = hooks[stage];
        const next = chain;
        if (hook !== undefined) chain = () => noted(name, hook, call, next);
      }
      return chain();
    },
  };
}

/** Runs a hook, and notes in the call's record when the answer is not simply the one that it was given. */
async function noted(name: string, hook: Hook, call: Call, next: Next): Promise<Reply> {
  let given: Reply | undefined;
  const reply = await hook(call, async () => (given = await next()));
  if (reply !== given && !call.played.includes(name)) call.played.push(name);
  return reply;
}

function findScenario(name: string): (typeof scenarios)[number] {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  throw new SimulatorError("unknown_scenario", `There is no scenario "${name}". ${hintFor(name)}`);
}

function hintFor(name: string): string {
  const group = name.split(".")[0] ?? "";
  const near = scenarios.filter((scenario) => scenario.name.startsWith(`${group}.`));
  if (near.length > 0) return `In this group there are ${near.map((scenario) => scenario.name).join(", ")}.`;
  const groups = new Set(scenarios.map((scenario) => scenario.name.split(".")[0]));
  return `The groups are ${[...groups].join(", ")}.`;
}
