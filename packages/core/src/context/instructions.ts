import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** A file of rules. */
export interface InstructionFile {
  path: string;
  text: string;
}

/** What was found for the system prompt. */
export interface Instructions {
  /** The user's own `SYSTEM.md`, which stands in place of the built-in text; absent when there is nothing in it. */
  identity?: string;
  /** The `AGENTS.md` files, from the user's own to that of the nearest folder. */
  files: InstructionFile[];
  /** What a person should know about them, a sentence each. */
  warnings: string[];
}

const maxFileBytes = 32 * 1024;
const maxTotalBytes = 64 * 1024;

/**
 * Reads `SYSTEM.md` and `AGENTS.md` of the user's folder, and the `AGENTS.md` of every folder from the root of the
 * repository down to `cwd`. Files that are missing are none; those that cannot be read, are cut because they are long,
 * or hide text from people are told in `warnings`. A project has no `SYSTEM.md`: it cannot change who the agent is.
 */
export async function loadInstructions(options: {
  /** The folder that the agent works in; absolute. */
  cwd: string;
  /** The user's folder of zotpilot; none when left out. */
  home?: string;
}): Promise<Instructions> {
  const warnings: string[] = [];
  const files: InstructionFile[] = [];
  const identity =
    options.home === undefined ? "" : ((await read(join(options.home, "SYSTEM.md"), warnings)) ?? "").trim();
  let left = maxTotalBytes;
  const folders = await projectFolders(resolve(options.cwd));
  for (const folder of [...(options.home === undefined ? [] : [resolve(options.home)]), ...folders]) {
    const path = join(folder, "AGENTS.md");
    const text = await read(path, warnings);
    if (text === undefined || text.trim() === "") continue;
    if (text.length > left) {
      warnings.push(`${path}: left out, because the rules before it are long already`);
      continue;
    }
    left -= text.length;
    const hidden = hiddenText(text);
    if (hidden) warnings.push(`${path}: has ${hidden}, which people do not see and the model does`);
    files.push({ path, text });
  }
  return { ...(identity !== "" && { identity }), files, warnings };
}

/** The folders from the root of the repository to this one; this one alone outside of a repository. */
async function projectFolders(cwd: string): Promise<string[]> {
  const folders = [cwd];
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (folder !== cwd) folders.unshift(folder);
    if (await stat(join(folder, ".git")).catch(() => undefined)) return folders;
    if (dirname(folder) === folder) return [cwd];
  }
}

async function read(path: string, warnings: string[]): Promise<string | undefined> {
  let file;
  try {
    // A pipe would wait here for somebody to write to it. Windows has neither such pipes nor the flag.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await file.stat();
    if (!stats.isFile()) {
      warnings.push(`${path}: is no file, and was passed over`);
      return undefined;
    }
    const bytes = Buffer.alloc(Math.min(stats.size, maxFileBytes));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    if (stats.size > maxFileBytes) {
      warnings.push(`${path}: only its first ${maxFileBytes / 1024} KiB are used`);
    }
    return bytes
      .subarray(0, bytesRead)
      .toString("utf8")
      .replace(/^\uFEFF/, "")
      .replaceAll("\r\n", "\n");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR")
      warnings.push(`${path}: cannot be read (${code ?? "error"})`);
    return undefined;
  } finally {
    await file?.close();
  }
}

/** Says what in a text is not seen by a person who reads it as it is usually shown. */
function hiddenText(text: string): string | undefined {
  if (/[\u{E0000}-\u{E007F}]/u.test(text)) return "tag characters";
  if (/[\u200B\u2060\u2062-\u2064\u202A-\u202E\u2066-\u2069]/.test(text))
    return "zero-width or direction characters";
  if (/<!--[^]*?-->/.test(text)) return "HTML comments";
  return undefined;
}
