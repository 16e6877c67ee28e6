import { z } from "zod";

const text = z.union([
  z.object({ text: z.string() }).transform((value) => value.text),
  z.object({ bytes: z.string() }).transform((value) => Buffer.from(value.bytes, "base64").toString("utf8")),
]);

const message = z.object({
  type: z.enum(["match", "context"]),
  data: z.object({ path: text, lines: text, line_number: z.number() }),
});

/** A line of `rg --json` that holds a line of a file; undefined for every other. */
export function readMatch(line: string): z.infer<typeof message> | undefined {
  if (!line.startsWith('{"type":"match"') && !line.startsWith('{"type":"context"')) return undefined;
  const parsed = message.safeParse(JSON.parse(line));
  return parsed.success ? parsed.data : undefined;
}
