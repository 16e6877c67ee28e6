import { constants } from "node:fs";
import { lstat, open, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { createWriterCheck, type WriterCheck } from "./writers.ts";

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
 * Reads `SYSTEM.md` and `AGENTS.md` of the user's folder, and the `AGENTS.md` (else `AGENTS.MD`) of every folder from the
 * root of the disk down to `cwd`, each file once. Those that somebody else could have written are passed over (see
 * `docs/decisions` of the repository); on Windows, which has no owners to go by, only the folders of the repository
 * count. Files that are missing are none; those that are passed over, cannot be read, are cut because they are long, or
 * hide text from people are told in `warnings`. A project has no `SYSTEM.md`: it cannot change who the agent is.
 */
export async function loadInstructions(options: {
  /** The folder that the agent works in; absolute. */
  cwd: string;
  /** The user's folder of zotpilot; none when left out. */
  home?: string;
}): Promise<Instructions> {
  const warnings: string[] = [];
  const cwd = resolve(options.cwd);
  const home = options.home === undefined ? undefined : resolve(options.home);
  const identity = home === undefined ? "" : ((await read(join(home, "SYSTEM.md"), warnings)) ?? "").trim();
  const accepts = await createWriterCheck(cwd);
  const folders = [...(home === undefined ? [] : [home]), ...(await foldersTo(cwd))];
  const found = new Map<string, InstructionFile>();
  for (const folder of folders) {
    const rules = await readRules(folder, warnings, folder === home ? undefined : accepts);
    if (rules && !found.has(rules.realPath))
      found.set(rules.realPath, { path: rules.path, text: rules.text });
  }
  const files = withinLimit([...found.values()], home, warnings);
  for (const { path, text } of files) {
    const hidden = hiddenText(text);
    if (hidden) warnings.push(`${path}: has ${hidden}, which people do not see and the model does`);
  }
  return { ...(identity !== "" && { identity }), files, warnings };
}

/** Those that there is room for: the user's own, which no project can push out, then the nearest. */
function withinLimit(
  files: InstructionFile[],
  home: string | undefined,
  warnings: string[],
): InstructionFile[] {
  const isOwn = ({ path }: InstructionFile): boolean => dirname(path) === home;
  const byRank = [...files.filter(isOwn), ...files.filter((file) => !isOwn(file)).toReversed()];
  let left = maxTotalBytes;
  const kept = byRank.filter(({ path, text }) => {
    if (text.length > left) {
      warnings.push(`${path}: left out, because the other rules are long already`);
      return false;
    }
    left -= text.length;
    return true;
  });
  return files.filter((file) => kept.includes(file));
}

/** The folders from the root of the disk to this one; on Windows from the root of the repository, if it is in one. */
async function foldersTo(cwd: string): Promise<string[]> {
  const folders = [cwd];
  for (let folder = cwd; folder !== dirname(folder); folder = dirname(folder)) {
    if (process.getuid === undefined && (await stat(join(folder, ".git")).catch(() => undefined)))
      return folders;
    folders.unshift(dirname(folder));
  }
  return process.getuid === undefined ? [cwd] : folders;
}

async function readRules(
  folder: string,
  warnings: string[],
  accepts: WriterCheck | undefined,
): Promise<(InstructionFile & { realPath: string }) | undefined> {
  for (const name of ["AGENTS.md", "AGENTS.MD"]) {
    const path = join(folder, name);
    const text = await read(path, warnings, accepts);
    if (text === undefined) continue;
    return text.trim() === "" ? undefined : { path, text, realPath: await realpath(path).catch(() => path) };
  }
  return undefined;
}

/** The text of a file; undefined when there is none, empty when it is passed over. */
async function read(path: string, warnings: string[], accepts?: WriterCheck): Promise<string | undefined> {
  let file;
  try {
    // A pipe would wait here for somebody to write to it. Windows has neither such pipes nor the flag.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await file.stat();
    if (!stats.isFile()) {
      warnings.push(`${path}: is no file, and was passed over`);
      return "";
    }
    if (accepts && !(await accepts(path, stats))) {
      warnings.push(`${path}: passed over, because somebody else can write to it or to its folder`);
      return "";
    }
    // A project that nobody trusts could have the person's secrets read out.
    if (accepts && !/\.md$/i.test(await realpath(path))) {
      warnings.push(`${path}: passed over, because it is a link to something that is no Markdown file`);
      return "";
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
    // Of a folder above that is closed to the person nobody knows whether it has rules.
    const there = await lstat(path).then(
      () => true,
      () => false,
    );
    if (there) warnings.push(`${path}: cannot be read (${code ?? "error"})`);
    return there ? "" : undefined;
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
