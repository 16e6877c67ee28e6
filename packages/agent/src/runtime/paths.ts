import { homedir } from "node:os";
import { join } from "node:path";

/** Where the program keeps its files; all absolute. */
export interface Paths {
  /** Settings, rules, instructions and credentials. */
  settings: string;
  sessions: string;
  /** What was said to the demo. */
  demoSessions: string;
  /** How files were before they were changed. */
  checkpoints: string;
  /** Reports about faults of the program itself. */
  crashes: string;
  /** Copies of model lists, for times without a connection. */
  models: string;
  /** Which notifications of GitHub a person has seen. */
  notifications: string;
}

/**
 * `ZOTPILOT_HOME` holds everything when it is set; else the folders of the XDG base directory specification, or
 * `%APPDATA%` and `%LOCALAPPDATA%` on Windows.
 */
export function resolvePaths(env: Record<string, string | undefined>, platform = process.platform): Paths {
  const { config, state } = baseFolders(env, platform);
  return {
    settings: config,
    sessions: join(state, "sessions"),
    demoSessions: join(state, "sessions-demo"),
    checkpoints: join(state, "sessions-checkpoints"),
    crashes: join(state, "crashes"),
    models: join(state, "models"),
    notifications: join(state, "notifications"),
  };
}

function baseFolders(
  env: Record<string, string | undefined>,
  platform: string,
): { config: string; state: string } {
  const own = env["ZOTPILOT_HOME"];
  if (own) return { config: own, state: own };
  const home = env["HOME"] ?? homedir();
  if (platform === "win32") {
    return {
      config: join(env["APPDATA"] ?? join(home, "AppData", "Roaming"), "zotpilot"),
      state: join(env["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "zotpilot"),
    };
  }
  return {
    config: join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "zotpilot"),
    state: join(env["XDG_STATE_HOME"] || join(home, ".local", "state"), "zotpilot"),
  };
}
