import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { encodeLine } from "@zotpilot/ndjson";
import { CoreError } from "../errors.ts";
import type { DurableEvent } from "../events/event.ts";
import { writeWhole } from "./copy.ts";
import { sessionFileName } from "./file-name.ts";
import { copyOf, linesOf } from "./lines.ts";
import { entryOf, requireOwnHeader } from "./read-session.ts";
import { parseLine, sessionVersion, type SessionHeader } from "./schema.ts";
import { requireFile, sessionError } from "./session-error.ts";
import { createZotReader, isZotHeader } from "./zot.ts";

/** What exported sessions are called. */
const extension = ".zotpilot";

/**
 * Writes a session to one file that another machine can import, and returns its path. `target` is a folder, or a file
 * that is replaced. The project folder is left out; `unsaved` events are added at the end, and are all of it where the
 * session has no file. Throws a `CoreError`.
 */
export async function exportSession(
  path: string,
  target: string,
  options: { unsaved?: readonly DurableEvent[]; now?: () => Date } = {},
): Promise<string> {
  const now = options.now ?? (() => new Date());
  const { unsaved = [] } = options;
  const saved = unsaved.length > 0 && (await isMissing(path)) ? undefined : await requireOwnHeader(path);
  const header = saved ?? newHeader("", now());
  const isFolder = await stat(target).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const name = sessionFileName(header.id, header.createdAt).replace(/\.jsonl$/, extension);
  const file = isFolder ? join(target, name) : withExtension(target);
  async function* lines(): AsyncGenerator<string, void> {
    yield encodeLine({ ...header, cwd: "" });
    for await (const line of saved ? linesOf(path) : []) {
      const text = copyOf(line);
      if (text !== undefined && line.number > 1) yield text;
    }
    for (const event of unsaved) {
      yield encodeLine({ id: randomUUID(), at: now().toISOString(), event });
    }
  }
  await writeWhole(file, lines());
  return file;
}

/** What an import has made. */
export interface ImportedSession {
  /** The file of the new session; open it with `openSession`. */
  path: string;
  /** What could not be taken over, a sentence each. */
  warnings: string[];
}

/**
 * Makes a session of an exported one, of another session file, or of a session of zot (`.jsonl` or `.zotsession`). The
 * file is not touched. Throws a `CoreError`; `session_corrupt` when it is none of these.
 */
export async function importSession(
  file: string,
  options: { directory: string; cwd: string; now?: () => Date },
): Promise<ImportedSession> {
  const now = options.now ?? (() => new Date());
  const header = newHeader(options.cwd, now());
  const { id, createdAt } = header;
  const path = join(options.directory, sessionFileName(id, createdAt));
  const warnings: string[] = [];
  if (isZotHeader(await firstLine(file))) {
    const { events, damaged } = await readZot(file);
    if (damaged > 0) warnings.push(leftOut(file, damaged));
    const lines = events.map((event) => encodeLine({ id: randomUUID(), at: createdAt, event }));
    await writeWhole(path, [encodeLine(header), ...lines]);
    return { path, warnings };
  }
  const from = await requireOwnHeader(file);
  let damaged = 0;
  async function* lines(): AsyncGenerator<string, void> {
    yield encodeLine({ ...header, parent: from.id });
    for await (const line of linesOf(file)) {
      if (line.number === 1) continue;
      if (line.type === "torn" || typeof entryOf(line) === "string") damaged += 1;
      const text = copyOf(line);
      if (text !== undefined) yield text;
    }
  }
  await writeWhole(path, lines());
  if (damaged > 0) warnings.push(leftOut(file, damaged));
  return { path, warnings };
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === "ENOENT" || code === "ENOTDIR",
  );
}

function newHeader(cwd: string, now: Date): SessionHeader {
  return { type: "session", version: sessionVersion, id: randomUUID(), cwd, createdAt: now.toISOString() };
}

function leftOut(file: string, lines: number): string {
  return `${file}: lines that could not be read were left out (${lines})`;
}

async function firstLine(file: string): Promise<unknown> {
  try {
    await requireFile(file);
    for await (const line of linesOf(file)) {
      return line.type === "line" ? parseLine(line.text) : undefined;
    }
  } catch (error) {
    throw sessionError(error, file);
  }
  throw new CoreError("session_corrupt", `${file} is not a session file: it is empty`);
}

async function readZot(file: string): Promise<{ events: DurableEvent[]; damaged: number }> {
  const reader = createZotReader();
  for await (const line of linesOf(file)) {
    if (line.type === "line" && line.text.trim() === "") continue;
    reader.add(line.type === "line" ? parseLine(line.text) : undefined);
  }
  return reader.end();
}

function withExtension(target: string): string {
  return target.toLowerCase().endsWith(extension) ? target : `${target}${extension}`;
}
