import { z } from "zod";

/** What every version's first line has, so that a newer one is recognised whatever else it changed. */
export const sessionFormat = z.object({ type: z.literal("session"), version: z.number().int().positive() });

/** The first line of a session file of this version. */
export const sessionHeader = sessionFormat.extend({
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
