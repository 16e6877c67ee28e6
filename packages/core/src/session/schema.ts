import { createHash } from "node:crypto";
import { z } from "zod";

/** What every version's first line has, so that a newer one is recognised whatever else it changed. */
export const sessionFormat = z.object({ type: z.literal("session"), version: z.number().int().positive() });

/** The first line of a session file of this version. */
export const sessionHeader = sessionFormat.extend({
  id: z.string().min(1),
  cwd: z.string(),
  createdAt: z.string(),
  /** The session that this one was forked from, and the line of it that was the last one taken. */
  parent: z.string().optional(),
  forkedAt: z.string().optional(),
});

/** Every other line: an event in an envelope. Events of unknown types are kept and passed over. */
export const sessionLine = z.object({
  id: z.string(),
  at: z.string(),
  event: z.looseObject({ type: z.string() }),
});

/** What a session file says about itself. */
export type SessionHeader = z.infer<typeof sessionHeader>;

/** The version that this code writes, and the newest that it appends to. */
export const sessionVersion = 1;

const leaseHolder = z.object({
  token: z.string(),
  pid: z.number(),
  host: z.string(),
  /** Which numbering of processes `pid` is of, where the system says so: a container has its own. */
  namespace: z.string().optional(),
  since: z.string(),
  /** When the process and its machine were started, where the system says so: process ids are used again. */
  started: z.string().optional(),
});

/** Who writes to a session. */
export type LeaseHolder = z.infer<typeof leaseHolder>;

/** Reads a lock file. Undefined when it is damaged or still being written. */
export function parseLease(text: string): LeaseHolder | undefined {
  return parsed(leaseHolder, text);
}

const summary = z.object({
  id: z.string(),
  cwd: z.string(),
  createdAt: z.string(),
  name: z.string().optional(),
  title: z.string().optional(),
  model: z.string().optional(),
  parent: z.string().optional(),
});
const indexHeader = z.object({ version: z.literal(2), digest: z.string() });
const indexEntries = z.array(z.tuple([z.string(), z.number(), z.number(), summary]));

/** What the index knows of one file: its name, its size, when it was changed, and what it says. */
export type IndexEntry = z.infer<typeof indexEntries>[number];

/** Reads an index. Empty when it is damaged: it is made from the sessions again. */
export function parseIndex(text: string): IndexEntry[] {
  const end = text.indexOf("\n");
  const entries = text.slice(end + 1);
  const header = parsed(indexHeader, text.slice(0, Math.max(0, end)));
  return (header?.digest === digestOf(entries) && parsed(indexEntries, entries)) || [];
}

/** An index as text: what it knows, behind a digest that damage to it does not survive. */
export function indexText(entries: readonly IndexEntry[]): string {
  const text = JSON.stringify(entries);
  return `${JSON.stringify({ version: 2, digest: digestOf(text) })}\n${text}`;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** Any line as a value; undefined when it is no JSON. A mark of the byte order, as some editors write it, is passed over. */
export function parseLine(text: string): unknown {
  try {
    return JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | undefined {
  const result = schema.safeParse(parseLine(text));
  return result.success ? result.data : undefined;
}
