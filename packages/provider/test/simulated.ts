import { createSimulator, type Simulator, type SimulatorOptions } from "@zotpilot/simulator";
import { onTestFinished } from "vitest";
import { createCopilot, type Copilot, type CopilotOptions, type ModelRequest } from "../src/index.ts";

/** A person's first message. */
export const hello: ModelRequest = {
  model: "gpt-4.1",
  messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
};

/** A simulator and a client of it that share one clock, both gone when the test ends. */
export interface Simulated {
  simulator: Simulator;
  copilot: Copilot;
  /** Lets time pass on both sides. */
  advance(milliseconds: number): void;
  /** How many requests a path has had. */
  count(path: string): number;
  /** Every secret that has been sent so far. */
  secrets(): Set<string>;
}

/**
 * Starts a simulator with some scenarios, and makes a client of it. Tests that run side by side hand in their own
 * `whenDone`.
 */
export async function simulated(
  options: SimulatorOptions = {},
  copilotOptions: Partial<CopilotOptions> = {},
  whenDone: (clean: () => Promise<void>) => void = onTestFinished,
): Promise<Simulated> {
  const simulator = await createSimulator(options);
  let passed = 0;
  const copilot = createCopilot({
    githubToken: () => simulator.githubToken,
    host: simulator.origin,
    monotonicNow: () => performance.now() + passed,
    ...copilotOptions,
  });
  whenDone(async () => {
    await simulator.close();
    await copilot.close();
  });
  return {
    simulator,
    copilot,
    advance(milliseconds) {
      passed += milliseconds;
      simulator.clock.advance(milliseconds);
    },
    count: (path) => simulator.requests.filter((request) => request.path === path).length,
    secrets: () =>
      new Set([
        simulator.githubToken,
        ...simulator.requests.flatMap((request) =>
          (request.headers["authorization"] ?? "").split(" ").slice(1),
        ),
      ]),
  };
}
