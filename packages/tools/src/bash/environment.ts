import { delimiter, isAbsolute } from "node:path";

/** Credentials that only this program and its relatives read; no command needs them. */
const OURS = new Set(["COPILOT_GITHUB_TOKEN", "ZOTPILOT_RPC_TOKEN", "ZOTCORE_RPC_TOKEN"]);

const OURS_BY_NAME = /^ZOTPILOT_.*(?:TOKEN|KEY|SECRET)/;

/**
 * The environment of a command: everything but our own credentials. `GH_TOKEN` and the like stay, because the user's
 * own commands (`gh`, `npm publish`) read them. Git is told not to ask for a password, since nobody could answer.
 */
export function commandEnvironment(env: Record<string, string | undefined>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !isOurs(name.toUpperCase())) kept[name] = value;
  }
  kept["GIT_TERMINAL_PROMPT"] = "0";
  // Nobody could turn a page.
  kept["PAGER"] = "cat";
  kept["GIT_PAGER"] = "cat";
  // A relative part of the PATH would let a project say what `git` is.
  for (const [name, path] of Object.entries(kept)) {
    // Windows writes it Path.
    if (name.toUpperCase() !== "PATH") continue;
    kept[name] = path
      .split(delimiter)
      .filter((folder) => isAbsolute(folder))
      .join(delimiter);
  }
  return kept;
}

function isOurs(name: string): boolean {
  return OURS.has(name) || OURS_BY_NAME.test(name);
}
