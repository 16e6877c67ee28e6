import { z } from "zod";

const state = z
  .object({
    hash: z.string(),
    mode: z.number(),
    /** A symbolic link; what is kept under the hash is where it leads. */
    link: z.boolean().optional(),
  })
  .nullable();

const entry = z.object({
  id: z.string(),
  turn: z.number(),
  tool: z.string(),
  at: z.string(),
  cwd: z.string(),
  files: z.array(
    z.object({
      path: z.string(),
      /** Null: it was not there. */
      before: state,
      after: state,
      /** Why it cannot be brought back. */
      lost: z.string().optional(),
    }),
  ),
  /** Folders that the call made, absolute. */
  folders: z.array(z.string()).optional(),
  undone: z.boolean().optional(),
});

/** What one call changed. */
export type CheckpointEntry = z.infer<typeof entry>;

/** One file that a call changed. */
export type ChangedFile = CheckpointEntry["files"][number];

/** Reads a line of the log; undefined for one that is torn. */
export function readEntry(line: string): CheckpointEntry | undefined {
  try {
    const parsed = entry.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
