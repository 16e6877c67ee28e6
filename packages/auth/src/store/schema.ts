import * as z from "zod";

export const storeVersion = 1;

const credentialSchema = z.object({
  type: z.enum(["oauth", "api_key"]),
  host: z.string().min(1),
  login: z.string().min(1),
  token: z.string().min(1),
  scope: z.string().optional(),
  refreshToken: z.string().optional(),
  createdAt: z.string().min(1),
  expiresAt: z.string().optional(),
  refreshedAt: z.string().optional(),
  clientId: z.string().optional(),
});

/**
 * What an account signs requests with. `oauth` is a GitHub token and `host` a `GitHubHost` name; `api_key` is a key of
 * another service, `host` its name. Times are ISO 8601, `clientId` is the application that the token was issued to,
 * `expiresAt` is set only for tokens that expire, `refreshedAt` is when such a one was last exchanged for a new one.
 */
export type Credential = z.infer<typeof credentialSchema>;

/** Throws a `TypeError` for what is no credential: a store must not write what it would refuse to read. */
export function checkCredential(credential: Credential): Credential {
  const result = credentialSchema.safeParse(credential);
  if (result.success) return result.data;
  throw new TypeError(`Not a credential: ${issue(result.error)}.`);
}

/**
 * The file's content as it was read. Values stay as `JSON.parse` made them and are never copied into other objects: so
 * fields of newer versions survive a save, and a key named `__proto__` stays a plain key.
 */
export interface StoreDocument {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly entries: Map<string, unknown>;
}

export const emptyDocument = (): StoreDocument => ({ raw: {}, entries: new Map() });

const entrySchema = z.looseObject({ type: z.string() });
const plainObject = z.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

/** Reads the file's bytes; throws an `Error` whose message completes "the file …" when they are damaged. */
export function decodeDocument(bytes: Uint8Array): StoreDocument {
  const raw = parseObject(bytes);
  const fields = new Map<string, unknown>(Object.entries(raw));
  const version = fields.get("version");
  if (typeof version !== "number") throw new Error("has no version number");
  if (version > storeVersion)
    throw new Error(`was written by a newer version of this program (format ${version})`);
  if (version !== storeVersion) throw new Error(`has an unknown version number (${version})`);
  const credentials = plainObject.safeParse(fields.get("credentials"));
  if (!credentials.success) throw new Error("has no credentials in it");
  const entries = new Map<string, unknown>(Object.entries(credentials.data));
  for (const entry of entries.values()) {
    const problem = entryProblem(entry);
    if (problem !== undefined) throw new Error(`holds a credential of the wrong form (${problem})`);
  }
  return { raw, entries };
}

/** The bytes of a file with these entries and every other field as it was. */
export function encodeDocument(document: StoreDocument): string {
  const fields = new Map<string, unknown>(Object.entries(document.raw));
  fields.set("version", storeVersion);
  fields.set("credentials", Object.fromEntries(document.entries));
  return `${JSON.stringify(Object.fromEntries(fields), null, 2)}\n`;
}

/** The credential of an id; undefined also for a kind that only a newer version knows, which is kept but not used. */
export function findCredential(document: StoreDocument, id: string): Credential | undefined {
  const result = credentialSchema.safeParse(document.entries.get(id));
  return result.success ? result.data : undefined;
}

/** The bytes of a credential that has an entry of its own, as keychains keep them. */
export const encodeCredential = (credential: Credential): string =>
  JSON.stringify({ version: storeVersion, credential });

/** Reads such an entry; throws like `decodeDocument`. */
export function decodeCredential(text: string): Credential {
  const entry = new Map(Object.entries(parseObject(new TextEncoder().encode(text))));
  const result = credentialSchema.safeParse(entry.get("credential"));
  if (!result.success) throw new Error(`holds no credential (${issue(result.error)})`);
  return result.data;
}

const idsSchema = z.object({ version: z.literal(1), accounts: z.array(z.string().min(1)) });

/** Reads the list of ids beside a keychain; throws like `decodeDocument`. */
export function decodeIds(bytes: Uint8Array): readonly string[] {
  const result = idsSchema.safeParse(parseObject(bytes));
  if (!result.success) throw new Error(`holds no list of accounts (${issue(result.error)})`);
  return result.data.accounts;
}

const accountsSchema = z.object({
  version: z.literal(1),
  default: z.string().min(1).optional(),
  folders: plainObject.optional(),
});

/** Which account to use where: everywhere, and below a folder. */
export interface AccountChoices {
  default: string | undefined;
  readonly folders: Map<string, string>;
}

/** Reads the file of `createAccounts`; throws like `decodeDocument`. */
export function decodeChoices(bytes: Uint8Array): AccountChoices {
  const result = accountsSchema.safeParse(parseObject(bytes));
  if (!result.success) throw new Error(`holds no choice of accounts (${issue(result.error)})`);
  const folders = new Map<string, string>();
  for (const [folder, id] of Object.entries(result.data.folders ?? {})) {
    if (typeof id !== "string") throw new Error("names something else than an account for a folder");
    folders.set(folder, id);
  }
  return { default: result.data.default, folders };
}

/** The object of a file's JSON text; throws like `decodeDocument`. */
export function parseObject(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length === 0) throw new Error("is empty");
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new Error("is UTF-16, not UTF-8");
  if (bytes[0] === 0xef && bytes[1] === 0xbb) throw new Error("starts with a byte order mark");
  if (bytes.includes(0)) throw new Error("holds NUL bytes");
  const result = plainObject.safeParse(parseText(bytes));
  if (!result.success) throw new Error("is JSON but not an object");
  return result.data;
}

/** The parser's own errors quote the text, and the text holds tokens: they must not travel on, not even as a cause. */
function parseText(bytes: Uint8Array): unknown {
  let reason = "is not complete JSON";
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    // What is nested too deeply to be written again would be lost at the next save.
    JSON.stringify(value);
    return value;
  } catch (error) {
    if (error instanceof RangeError) reason = "is nested too deeply";
  }
  throw new Error(reason);
}

function entryProblem(entry: unknown): string | undefined {
  const kind = entrySchema.safeParse(entry);
  if (!kind.success) return issue(kind.error);
  if (kind.data.type !== "oauth") return undefined;
  const result = credentialSchema.safeParse(entry);
  return result.success ? undefined : issue(result.error);
}

/** Names the field and the expected type; never the value. */
function issue(error: z.ZodError): string {
  const [first] = error.issues;
  if (first === undefined) return "unknown problem";
  return `${first.path.map(String).join(".") || "value"}: ${first.code}`;
}
