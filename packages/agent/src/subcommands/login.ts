import type { LoginEvent } from "@zotpilot/auth";
import { exitCodes } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { loginEvents, openStore } from "../runtime/create-runtime.ts";
import { resolvePaths } from "../runtime/paths.ts";

/** Signs in, telling each step on stderr. Works without a browser and without a terminal, from the code alone. */
export async function runLogin(
  options: CliOptions,
  openBrowser: boolean,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const say = (line: string): void => void io.stderr.write(`${line}\n`);
  const store = openStore({ env: io.env, onWarning: (sentence) => say(`zotpilot: ${sentence}`) });
  for await (const event of loginEvents({ options, env: io.env, store, openBrowser, signal })) {
    tell(event, say, io);
  }
  return signal.aborted ? exitCodes.interrupt : exitCodes.ok;
}

function tell(event: LoginEvent, say: (line: string) => void, io: Io): void {
  switch (event.type) {
    case "code_issued":
      say(`Open ${event.verificationUri} and enter this code:`);
      say("");
      say(`    ${event.userCode}`);
      say("");
      say(
        `It signs in to ${event.host} with the scope ${event.scope || "(none)"} and is good for ${Math.round(event.expiresInSeconds / 60)} minutes.`,
      );
      say("Never enter a code that somebody sent you. Waiting for your approval…");
      return;
    case "browser_failed":
      say("No browser could be opened; open the address by hand.");
      return;
    case "succeeded":
      say(`Signed in as ${event.login} on ${event.host}.`);
      say(`The token is kept in ${resolvePaths(io.env).credentials}, readable by you alone.`);
      return;
    default:
      return;
  }
}
