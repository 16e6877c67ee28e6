import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import type { SimulatorOptions } from "../simulator.ts";

/** What the command line asks for. */
export type Invocation =
  | { type: "help" }
  | { type: "version" }
  | { type: "list_scenarios" }
  | { type: "serve"; settings: SimulatorOptions; json: boolean; log: boolean };

/** The command line cannot be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const OPTIONS = {
  port: { type: "string", default: "0" },
  host: { type: "string", default: "127.0.0.1" },
  scenario: { type: "string", multiple: true, default: [] as string[] },
  pace: { type: "string", default: "25" },
  "auto-approve": { type: "boolean", default: false },
  "list-scenarios": { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  log: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", short: "V", default: false },
} satisfies ParseArgsOptionsConfig;

/** Reads the arguments. Throws a {@link UsageError}. */
export function parseArguments(argv: readonly string[]): Invocation {
  const values = readOptions(argv);
  if (values.help) return { type: "help" };
  if (values.version) return { type: "version" };
  if (values["list-scenarios"]) return { type: "list_scenarios" };
  const settings = {
    port: wholeNumber("--port", values.port, 65_535),
    host: values.host,
    scenarios: values.scenario,
    pace: wholeNumber("--pace", values.pace, 60_000),
    autoApproveDevice: values["auto-approve"],
  };
  return { type: "serve", settings, json: values.json, log: values.log };
}

function readOptions(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    // Node explains at length; the first sentence says what is wrong.
    const sentence = String(error instanceof Error ? error.message : error).split(/\.\s|\n/)[0] ?? "";
    throw new UsageError(`${sentence.replace(/\.$/, "")}. See zotpilot-sim --help.`);
  }
}

function wholeNumber(name: string, value: string, largest: number): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number <= largest) return number;
  throw new UsageError(`${name} needs a whole number from 0 to ${largest}, and "${value}" is not one.`);
}
