import { AuthError } from "../errors.ts";
import { findProgram } from "./find-program.ts";
import { runProgram } from "./run-program.ts";
import type { Environment, FoundToken } from "./sources.ts";

const timeoutMs = 5_000;

/** All that `gh` needs to find its settings and the keychain; no token among them, or it would only repeat that. */
const passedOn: readonly string[] = [
  "PATH",
  "Path",
  "HOME",
  "USER",
  "LOGNAME",
  "GH_CONFIG_DIR",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_STATE_HOME",
  "XDG_RUNTIME_DIR",
  "DBUS_SESSION_BUS_ADDRESS",
  "USERPROFILE",
  "APPDATA",
  "LOCALAPPDATA",
  "SystemRoot",
  "TEMP",
  "TMPDIR",
];

/**
 * The token of the GitHub CLI for a host, from `gh auth token`; undefined when `gh` is not installed or not signed in there.
 * Throws `AuthError` `source_failed` when it does not end within five seconds.
 */
export async function askGitHubCli(options: {
  readonly host: string;
  readonly login?: string | undefined;
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
}): Promise<FoundToken | undefined> {
  const { host, login, env, signal } = options;
  const file = await findProgram("gh", env);
  if (file === undefined) return undefined;
  const end = await runProgram({
    file,
    args: ["auth", "token", "--hostname", host, ...(login === undefined ? [] : ["--user", login])],
    env: {
      ...Object.fromEntries(passedOn.map((name) => [name, env[name]] as const)),
      GH_PROMPT_DISABLED: "1",
      GH_NO_UPDATE_NOTIFIER: "1",
    },
    timeoutMs,
    signal,
  });
  if (end.type === "failed") {
    if (/exit code/.test(end.reason)) return undefined;
    throw new AuthError("source_failed", `The GitHub CLI (gh auth token) gave no token: ${end.reason}.`);
  }
  const token = end.output.trim();
  return token === "" ? undefined : { token, place: "gh auth token", ...(login !== undefined && { login }) };
}
