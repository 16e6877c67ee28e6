import { scenarios } from "../scenarios/index.ts";
import type { Simulator } from "../simulator.ts";

/** What `--help` prints. */
export const HELP = `Usage: zotpilot-sim [options]

Plays GitHub and the Copilot API on this machine, for tests, demos and work without a network.
What answers is a few fixed rules, not an AI. It listens on loopback only and contacts nobody.

Options:
  --port <number>      the port to listen on; a free one is taken when left out
  --host <address>     the loopback address to listen on (default 127.0.0.1)
  --scenario <name>    make the service behave in a certain way; may be given several times
  --list-scenarios     print every scenario with what it does
  --auto-approve       approve every login at once, without the page
  --pace <ms>          pause before each word of an answer (default 25)
  --json               when ready, print one line of JSON: {"origin":…,"githubToken":…}
  --log                print every request on stderr, without tokens
  -h, --help           print this
  -V, --version        print the version

Exit codes: 0 stopped by a signal, 1 could not listen, 2 wrong use.
`;

/** What `--list-scenarios` prints: one line each, name and summary. */
export function scenarioList(): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return scenarios.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}\n`).join("");
}

/** What is printed for a person when the simulator is ready. */
export function welcome({ origin, githubToken }: Simulator, scenarioNames: readonly string[]): string {
  const { host } = new URL(origin);
  const playing = scenarioNames.length === 0 ? "" : `  Scenarios:   ${scenarioNames.join(", ")}\n`;
  return `The simulator plays GitHub and Copilot on ${origin}

  Sign in:     zotpilot login --host ${host}
  In scripts:  COPILOT_GITHUB_TOKEN=${githubToken} zotpilot --host ${host} -p "list the files here"
${playing}
It is not an AI, and the token is good for nothing else. Ctrl-C stops it.
`;
}
