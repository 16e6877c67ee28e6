import { statSync, type Stats } from "node:fs";
import { resolve } from "node:path";
import type { ForeignSource } from "@zotpilot/auth";
import type { ReasoningLevel } from "@zotpilot/core";
import { UsageError } from "./errors.ts";
import type { CliOptions } from "./options.ts";

/** The common options as the command line gives them. */
export interface RawOptions {
  print?: boolean;
  json?: boolean;
  rpc?: boolean;
  model?: string;
  reasoning?: ReasoningLevel;
  continue?: boolean;
  demo?: boolean;
  host?: string;
  account?: string;
  cwd?: string;
  maxSteps?: number;
  maxRequests?: number;
  maxCredits?: number;
  resume?: string;
  append?: string[];
  trust?: boolean;
  yes?: boolean;
  allow?: string[];
  deny?: string[];
  confine?: boolean;
  sandbox?: boolean;
  session?: boolean;
  tokenSource?: string[];
}

/** Makes of the given options, the environment and the defaults what every mode works with. Throws a {@link UsageError}. */
export function readOptions(
  raw: RawOptions,
  env: Record<string, string | undefined>,
  prompt = "",
  mode: CliOptions["mode"] = "interactive",
): CliOptions {
  const model = raw.model ?? env["ZOTPILOT_MODEL"];
  const host = raw.host ?? env["ZOTPILOT_HOST"];
  if (raw.host === "")
    throw new UsageError("--host is empty; name a host, such as github.com, or leave it out.");
  return {
    prompt,
    mode,
    ...(model ? { model } : {}),
    ...(raw.reasoning !== undefined && { reasoning: raw.reasoning }),
    continue: raw.continue === true,
    demo: demoOf(raw, env),
    ...(host ? { host } : {}),
    ...(raw.account ? { account: raw.account } : {}),
    tokenSources: tokenSources(raw, env),
    cwd: workingFolder(raw.cwd),
    ...(raw.maxSteps !== undefined && { maxSteps: raw.maxSteps }),
    ...(raw.maxRequests !== undefined && { maxRequests: raw.maxRequests }),
    ...(raw.maxCredits !== undefined && { maxCredits: raw.maxCredits }),
    ...(raw.resume !== undefined && { resume: raw.resume }),
    appended: raw.append ?? [],
    trustsProject: raw.trust === true,
    allow: raw.allow ?? [],
    deny: raw.deny ?? [],
    yes: raw.yes === true,
    confined: raw.confine === true,
    sandboxed: raw.sandbox === true,
    session: raw.session !== false,
  };
}

// Named here and not taken from auth, so that `--version` need not load it.
const foreignSources: readonly ForeignSource[] = ["gh_env", "gh_cli", "editors"];

/** The sources that are only used when they are asked for. */
function tokenSources(raw: RawOptions, env: Record<string, string | undefined>): readonly ForeignSource[] {
  const asked = raw.tokenSource ?? env["ZOTPILOT_TOKEN_SOURCES"]?.split(",") ?? [];
  return asked
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map((name) => {
      const found = foreignSources.find((one) => one === name);
      if (found) return found;
      throw new UsageError(`there is no token source "${name}"; there are ${foreignSources.join(", ")}.`);
    });
}

function demoOf(raw: RawOptions, env: Record<string, string | undefined>): CliOptions["demo"] {
  if (raw.demo) return "always";
  const setting = env["ZOTPILOT_DEMO"];
  if (setting === undefined || setting === "" || setting === "0") return "never";
  if (setting === "1") return "always";
  if (setting === "auto") return "when_signed_out";
  throw new UsageError(
    `ZOTPILOT_DEMO is "${setting}"; it can be 1 (always), auto (when nobody is signed in) or 0.`,
  );
}

/** The folder to work in, absolute and there. */
function workingFolder(asked: string | undefined): string {
  let current: string;
  try {
    current = process.cwd();
  } catch {
    throw new UsageError(
      "the current folder no longer exists; change to another one or name one with --cwd.",
    );
  }
  const folder = resolve(current, asked ?? ".");
  let found: Stats | undefined;
  try {
    found = statSync(folder, { throwIfNoEntry: false });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new UsageError(`the folder ${folder} cannot be used (${code}); name another one with --cwd.`);
  }
  if (!found) throw new UsageError(`there is no folder ${folder}; name an existing one with --cwd.`);
  if (!found.isDirectory()) throw new UsageError(`${folder} is not a folder; name one with --cwd.`);
  return folder;
}
