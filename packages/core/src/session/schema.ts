import { z } from "zod";

/** The first line of a session file. */
export const sessionHeader = z.object({
  type: z.literal("session"),
  version: z.number().int().positive(),
  id: z.string().min(1),
  cwd: z.string(),
  createdAt: z.string(),
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
