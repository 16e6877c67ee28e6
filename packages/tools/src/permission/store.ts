import { createHash } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { replaceFile } from "../shared/replace-file.ts";
import { systemCode, ToolError } from "../shared/tool-error.ts";
import { withLockFile } from "./lock-file.ts";
import { policyLayer, type PolicyLayer, type PolicySource } from "./policy.ts";
import { parseRule } from "./rule.ts";
import { readPolicy, readRemembered, type RememberedFile } from "./schema.ts";

/** Where permissions are kept. All paths are absolute. */
export interface PermissionStoreOptions {
  /** The folder of the program's settings: `permissions.json` and `permissions/` are in it. */
  folder: string;
  /** The project: its folder. What is remembered holds for calls inside it. */
  project: string;
  /** Settings that come with the project. They can forbid and ask; what they allow is ignored. */
  projectFile?: string;
  now?: () => Date;
}

/** One rule as it is listed. */
export interface ListedPermission {
  rule: string;
  effect: "allow" | "ask" | "deny";
  /** The file that holds it. */
  file: string;
  /** When it was remembered, ISO 8601; undefined for what a person wrote. */
  addedAt: string | undefined;
}

/** The permissions of one project. */
export interface PermissionStore extends PolicySource {
  remember(rules: readonly string[]): Promise<void>;
  /** Every rule that counts here. Throws a `ToolError` for a file that cannot be read. */
  list(): Promise<ListedPermission[]>;
  /** Takes a remembered rule back. Tells whether it was there. */
  revoke(rule: string): Promise<boolean>;
  /** What is wrong without being dangerous: such as project settings that try to allow something. */
  warnings(): Promise<string[]>;
  readonly files: { user: string; remembered: string };
}

const MAX_BYTES = 1024 * 1024;

/**
 * Keeps permissions in files that people can read: `permissions.json` for what they wrote, and one file for each
 * project with what they answered. A file that cannot be read is an error for every call, never an empty policy.
 */
export function createPermissionStore(options: PermissionStoreOptions): PermissionStore {
  const { folder, project, projectFile, now = () => new Date() } = options;
  const user = join(folder, "permissions.json");
  const name = createHash("sha256").update(project).digest("hex").slice(0, 16);
  const remembered = join(folder, "permissions", `${name}.json`);

  async function loadRemembered(): Promise<RememberedFile> {
    const text = await readText(remembered);
    return text === undefined ? { version: 1, project, allow: [] } : readRemembered(text, remembered);
  }

  async function update(change: (file: RememberedFile) => RememberedFile | undefined): Promise<boolean> {
    await mkdir(dirname(remembered), { recursive: true, mode: 0o700 });
    return withLockFile(remembered, async () => {
      const stats = await stat(remembered, { bigint: true }).catch(() => undefined);
      const next = change(await loadRemembered());
      if (!next) return false;
      const bytes = Buffer.from(`${JSON.stringify(next, undefined, 2)}\n`);
      const signal = new AbortController().signal;
      await replaceFile({ path: remembered, stats }, bytes, { signal, mode: 0o600 });
      return true;
    });
  }

  async function layers(): Promise<PolicyLayer[]> {
    const [mine, theirs, answers] = await Promise.all([readText(user), projectText(), loadRemembered()]);
    return [
      ...(mine === undefined ? [] : [policyLayer(user, readPolicy(mine, user))]),
      ...(theirs === undefined || projectFile === undefined
        ? []
        : [policyLayer(projectFile, { ...readPolicy(theirs, projectFile), allow: [] })]),
      policyLayer(remembered, { allow: answers.allow.map(({ rule }) => rule) }, project),
    ];
  }

  async function projectText(): Promise<string | undefined> {
    return projectFile === undefined ? undefined : readText(projectFile);
  }

  return {
    files: { user, remembered },
    layers,
    async remember(rules) {
      const texts = rules.map((rule) => parseRule(rule).text);
      await update((file) => {
        const known = new Set(file.allow.map(({ rule }) => rule));
        const added = texts.filter((text) => !known.has(text));
        const addedAt = now().toISOString();
        return { ...file, project, allow: [...file.allow, ...added.map((rule) => ({ rule, addedAt }))] };
      });
    },
    async list() {
      const answers = await loadRemembered();
      const times = new Map(answers.allow.map(({ rule, addedAt }) => [rule, addedAt]));
      const all = await layers();
      return all.flatMap((layer) =>
        (["deny", "ask", "allow"] as const).flatMap((effect) =>
          layer[effect].map(({ text }) => ({
            rule: text,
            effect,
            file: layer.source,
            addedAt: layer.source === remembered ? times.get(text) : undefined,
          })),
        ),
      );
    },
    revoke: (rule) =>
      update((file) => {
        const kept = file.allow.filter((entry) => entry.rule !== rule.trim());
        return kept.length === file.allow.length ? undefined : { ...file, allow: kept };
      }),
    async warnings() {
      const text = await projectText();
      if (text === undefined || projectFile === undefined) return [];
      const allowed = readPolicy(text, projectFile).allow ?? [];
      return allowed.length === 0
        ? []
        : [
            `${projectFile} tries to allow ${allowed.join(", ")}; a project can only forbid, so this is ignored`,
          ];
    },
  };
}

async function readText(file: string): Promise<string | undefined> {
  try {
    const stats = await stat(file);
    if (!stats.isFile() || stats.size > MAX_BYTES)
      throw new ToolError("bad_rule", `${file} is not a file of rules`);
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
