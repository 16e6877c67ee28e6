import { z } from "zod";

const wordsSchema = z.array(z.string().min(1)).min(1);

/** The words of a command from a setting, a JSON list; undefined when it is none. */
export function readCommandWords(setting: string): readonly string[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(setting);
  } catch {
    return undefined;
  }
  const words = wordsSchema.safeParse(parsed);
  return words.success ? words.data : undefined;
}
