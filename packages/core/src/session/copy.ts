import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeLine, type Line } from "@zotpilot/ndjson";
import { CoreError } from "../errors.ts";
import { sessionFileName } from "./file-name.ts";
import { copyOf, linesOf } from "./lines.ts";
import { entryOf, requireOwnHeader } from "./read-session.ts";
import { parseLine, sessionLine, sessionVersion, type SessionHeader } from "./schema.ts";
import { sessionError } from "./session-error.ts";

/** How a session is copied. */
export interface CopyOptions {
  /** The folder that the copy goes into. */
  directory: string;
  /** The id of the last line that is taken, or the beginning of it; all lines when left out. */
  at?: string;
  /** The project folder of the copy; the original's when left out. */
  cwd?: string;
  now?: () => Date;
}

/**
 * Copies a session into a new one that knows where it comes from, and returns its file. What is copied is the lines as
 * they are; a name stays with the original, so that it means one session. Throws a `CoreError`: `session_not_found` when
 * there is no such session, no such line, or more than one that is meant, `session_newer` when its lines are of a newer
 * format, which a header of this one would belie.
 */
export async function copySession(path: string, options: CopyOptions): Promise<string> {
  const now = options.now ?? (() => new Date());
  const parent = await requireOwnHeader(path);
  const last = options.at === undefined ? undefined : await lineMeant(path, options.at);
  const createdAt = now().toISOString();
  const id = randomUUID();
  const header: SessionHeader = {
    type: "session",
    version: sessionVersion,
    id,
    cwd: options.cwd ?? parent.cwd,
    createdAt,
    parent: parent.id,
    ...(last && { forkedAt: last.id }),
  };
  const target = join(options.directory, sessionFileName(id, createdAt));
  await writeWhole(target, copiedLines(path, header, last?.number));
  return target;
}

/** The line that is meant by its id, or by the beginning of it. */
async function lineMeant(path: string, wanted: string): Promise<{ id: string; number: number }> {
  const found = new Map<string, number>();
  for await (const line of linesOf(path)) {
    if (line.type !== "line" || line.number === 1 || !line.text.includes(wanted)) continue;
    const envelope = sessionLine.safeParse(parseLine(line.text));
    if (!envelope.success) continue;
    const { id } = envelope.data;
    if (id.startsWith(wanted) && !found.has(id)) found.set(id, line.number);
  }
  const [only, another] = [...found].filter(([id]) => id === wanted || !found.has(wanted));
  if (wanted === "" || !only) {
    throw new CoreError("session_not_found", `there is no message ${wanted} in ${path}`);
  }
  if (another) {
    const meant = [...found.keys()].join(", ");
    throw new CoreError(
      "session_not_found",
      `more than one message of ${path} is meant by ${wanted}: ${meant}`,
    );
  }
  return { id: only[0], number: only[1] };
}

async function* copiedLines(
  path: string,
  header: SessionHeader,
  last: number | undefined,
): AsyncGenerator<string, void> {
  let name = "";
  yield encodeLine(header);
  for await (const line of linesOf(path)) {
    const text = copyOf(line);
    if (text === undefined || line.number === 1) continue;
    yield text;
    name = nameIn(line) ?? name;
    if (line.number === last) break;
  }
  const event = { type: "session_named", name: "" } as const;
  if (name !== "") yield encodeLine({ id: randomUUID(), at: header.createdAt, event });
}

/** The name that a line gives a session, if it does. */
function nameIn(line: Line): string | undefined {
  if (line.type !== "line" || !/"type":"(?:session_named|compacted|cleared)"/.test(line.text.slice(0, 256)))
    return undefined;
  const entry = entryOf(line);
  if (!entry || typeof entry === "string") return undefined;
  const { event } = entry;
  if (event.type === "session_named") return event.name;
  return event.type === "compacted" || event.type === "cleared" ? event.spent?.name : undefined;
}

/**
 * Writes a whole file, private to the user: it is there with all of its lines, or not at all. Replaces what has its
 * name. Throws a `CoreError` when it cannot be written.
 */
export async function writeWhole(
  target: string,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  const temporary = `${target}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const file = await open(temporary, "wx", 0o600);
    try {
      let waiting = "";
      for await (const line of lines) {
        waiting += line;
        if (waiting.length < 256 * 1024) continue;
        await file.writeFile(waiting);
        waiting = "";
      }
      await file.writeFile(waiting);
      await file.sync();
    } finally {
      await file.close();
    }
    await renamePatiently(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw sessionError(error, target);
  }
}

/** A scanner may hold a new file for a moment. */
async function renamePatiently(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await rename(from, to);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (attempt === 5 || (code !== "EBUSY" && code !== "EPERM")) throw error;
      await sleep(attempt * 100);
    }
  }
}
