import { z } from "zod";
import { ToolError } from "../shared/tool-error.ts";

const rules = z.array(z.string().max(10_000)).max(10_000);

const policyFile = z.strictObject({
  version: z.literal(1).optional(),
  allow: rules.optional(),
  ask: rules.optional(),
  deny: rules.optional(),
});

const rememberedFile = z.strictObject({
  version: z.literal(1),
  project: z.string(),
  allow: z.array(z.strictObject({ rule: z.string(), addedAt: z.string() })),
});

/** What a policy file holds. */
export type PolicyFile = z.infer<typeof policyFile>;

/** The answers "yes, always" of one project. */
export type RememberedFile = z.infer<typeof rememberedFile>;

/** Reads the text of a policy file. Throws a {@link ToolError} that names the file and what is wrong. */
export function readPolicy(text: string, file: string): PolicyFile {
  return read(policyFile, text, file);
}

/** Reads the text of a file of remembered answers. */
export function readRemembered(text: string, file: string): RememberedFile {
  return read(rememberedFile, text, file);
}

function read<Schema extends z.ZodType>(schema: Schema, text: string, file: string): z.output<Schema> {
  let value: unknown;
  try {
    // Editors of Windows begin a file with a byte order mark.
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    throw new ToolError("bad_rule", `${file} is not JSON; nothing is permitted until it is repaired`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ToolError(
    "bad_rule",
    `${file}: ${z.prettifyError(parsed.error)}; nothing is permitted until it is repaired`,
  );
}
