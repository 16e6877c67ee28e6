import * as z from "zod";

const entrySchema = z.object({
  oauth_token: z.string().min(1),
  user: z.string().min(1).optional().catch(undefined),
});

/** An account in an editor plug-in's file. */
export interface EditorAccount {
  readonly host: string;
  readonly token: string;
  readonly login?: string;
}

/** The accounts of `hosts.json` or `apps.json`; undefined when it is no such file. Entries of other forms are passed over. */
export function decodeEditorFile(text: string): readonly EditorAccount[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).flatMap(([key, entry]) => {
    const parsed = entrySchema.safeParse(entry);
    if (!parsed.success) return [];
    const { oauth_token: token, user } = parsed.data;
    // Keys are `github.com`, or `github.com:Iv1.…` with the application.
    return [{ host: key.replace(/:.*$/, "").toLowerCase(), token, ...(user && { login: user }) }];
  });
}
