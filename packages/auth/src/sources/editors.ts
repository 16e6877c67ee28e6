import { constants, open } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { displayText } from "../display.ts";
import { AuthError } from "../errors.ts";
import { systemCode, systemReason } from "../store/problem.ts";
import { decodeEditorFile } from "./schema.ts";
import type { Environment, FoundToken } from "./sources.ts";

const maximumBytes = 1024 * 1024;

/**
 * The token that Copilot's editor plug-ins keep for a host, from `apps.json` or `hosts.json` of their folder; undefined when
 * there is none. Throws `AuthError` `source_failed` for a file that cannot be read or is none of theirs.
 */
export async function readEditorFiles(options: {
  readonly host: string;
  readonly login?: string | undefined;
  readonly env: Environment;
}): Promise<FoundToken | undefined> {
  const { host, login, env } = options;
  for (const folder of editorFolders(env))
    for (const name of ["apps.json", "hosts.json"]) {
      const path = join(folder, name);
      const text = await readText(path);
      if (text === undefined) continue;
      const accounts = decodeEditorFile(text);
      if (accounts === undefined) throw failed(path, "it is damaged");
      const found = accounts.find(
        (account) =>
          account.host === host &&
          (login === undefined || account.login?.toLowerCase() === login.toLowerCase()),
      );
      if (found === undefined) continue;
      return { token: found.token, place: path, ...(found.login !== undefined && { login: found.login }) };
    }
  return undefined;
}

function editorFolders(env: Environment): readonly string[] {
  const home = env["HOME"] ?? env["USERPROFILE"];
  const roots = [
    env["XDG_CONFIG_HOME"],
    env["LOCALAPPDATA"],
    env["APPDATA"],
    home === undefined ? undefined : join(home, ".config"),
  ];
  const folders = roots.flatMap((root) => (root && isAbsolute(root) ? [join(root, "github-copilot")] : []));
  return [...new Set(folders)];
}

async function readText(path: string): Promise<string | undefined> {
  try {
    // Without O_NONBLOCK, opening a FIFO waits for a writer for ever.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = await file.stat();
      if (!status.isFile()) throw failed(path, "it is not a regular file");
      if (status.size > maximumBytes) throw failed(path, "it is larger than 1 MB");
      return await file.readFile("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (error instanceof AuthError) throw error;
    throw failed(path, systemReason(error));
  }
}

function failed(path: string, reason: string): AuthError {
  return new AuthError("source_failed", `The file ${displayText(path, 500)} gave no token: ${reason}.`);
}
