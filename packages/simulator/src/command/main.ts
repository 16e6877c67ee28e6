import { SimulatorError } from "../errors.ts";
import { createSimulator, type Simulator, type SimulatorOptions } from "../simulator.ts";
import { parseArguments, UsageError, type Invocation } from "./arguments.ts";
import { requestLine } from "./request-line.ts";
import { HELP, scenarioList, welcome } from "./texts.ts";
import { version } from "./version.ts";

/** Where the command writes. */
export interface Output {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

/**
 * Runs the command and resolves with its exit code: 0 when it did what it should, 1 when it could not listen, 2 for
 * wrong use. A simulator that it starts runs until the signal aborts.
 */
export async function main(argv: readonly string[], output: Output, signal: AbortSignal): Promise<number> {
  try {
    await run(parseArguments(argv), output, signal);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isUnknown = error instanceof SimulatorError && error.code === "unknown_scenario";
    const more = isUnknown ? " See zotpilot-sim --list-scenarios." : "";
    output.stderr.write(`zotpilot-sim: ${message}${more}\n`);
    return isWrongUse(error) ? 2 : 1;
  }
}

async function run(invocation: Invocation, { stdout, stderr }: Output, signal: AbortSignal): Promise<void> {
  switch (invocation.type) {
    case "help":
      stdout.write(HELP);
      return;
    case "version":
      stdout.write(`${version}\n`);
      return;
    case "list_scenarios":
      stdout.write(scenarioList());
      return;
    case "serve": {
      const simulator = await start(invocation, stderr);
      const { origin, githubToken } = simulator;
      const ready = invocation.json
        ? `${JSON.stringify({ origin, githubToken })}\n`
        : welcome(simulator, invocation.settings.scenarios ?? []);
      stdout.write(ready);
      await aborted(signal);
      await simulator.close();
      return;
    }
    default:
      invocation satisfies never;
  }
}

async function start(
  { settings, log }: Extract<Invocation, { type: "serve" }>,
  stderr: Output["stderr"],
): Promise<Simulator> {
  let now = (): number => Date.now();
  const logging: SimulatorOptions = {
    onRequest: (request) => void stderr.write(`${requestLine(request, now())}\n`),
  };
  const simulator = await createSimulator({ ...settings, ...(log ? logging : {}) });
  now = () => simulator.clock.now();
  return simulator;
}

function isWrongUse(error: unknown): boolean {
  if (error instanceof UsageError) return true;
  return error instanceof SimulatorError && error.code !== "port_in_use" && error.code !== "listen_failed";
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
