import { z } from "zod";

/**
 * A whole number that may be left out, up to `most`. Models that fill in every argument write 0 or less where they mean
 * none, so these count as left out; a schema that began at 1 would make them write 1.
 */
export function optionalCount(most: number) {
  return z
    .int()
    .max(most)
    .meta({ minimum: 0 })
    .optional()
    .transform((count) => (count !== undefined && count > 0 ? count : undefined));
}
