import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parseSkill } from "./parse.ts";

/** Knowledge that a model loads when it needs it. */
export interface Skill {
  name: string;
  description: string;
  /** Its `SKILL.md`. */
  path: string;
  /** Only a person may call upon it: the model is neither told of it nor given it. */
  disableModelInvocation?: boolean;
}

/** Where skills are looked for. */
export interface SkillFolders {
  /** The folder that the agent works in; absolute. */
  cwd: string;
  /** The person's home folder. */
  userHome: string;
  /** The user's folder of zotpilot. */
  home: string;
  /** Whether the person trusts the project; skills of others are not even looked at. */
  trusted: boolean;
}

const maxDepth = 4;
const maxSkills = 200;
const maxBytes = 256 * 1024;

/**
 * Finds the skills, sorted by name: folders with a `SKILL.md`, at any depth, in the project's `.zotpilot/skills` and
 * `.zot/skills`, the user's own folder, and the `.claude/skills` and `.agents/skills` of project and user, in this
 * order. Of two with one name the first counts. Links are not followed. What cannot be read is told in `warnings`.
 */
export async function loadSkills(folders: SkillFolders): Promise<{ skills: Skill[]; warnings: string[] }> {
  const { cwd, userHome, home, trusted } = folders;
  const project = (folder: string): string[] => (trusted ? [join(cwd, folder, "skills")] : []);
  const places = [
    ...project(".zotpilot"),
    ...project(".zot"),
    join(home, "skills"),
    ...project(".claude"),
    join(userHome, ".claude", "skills"),
    ...project(".agents"),
    join(userHome, ".agents", "skills"),
  ];
  const found = new Map<string, Skill>();
  const warnings: string[] = [];
  for (const place of new Set(places)) {
    for await (const path of skillFiles(place, maxDepth)) {
      const skill = await readSkill(path, warnings);
      if (!skill || found.has(skill.name)) continue;
      if (found.size >= maxSkills) {
        warnings.push(`${path}: left out, because there are ${maxSkills} skills already`);
        continue;
      }
      found.set(skill.name, skill);
    }
  }
  const skills = [...found.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  return { skills, warnings };
}

/** Reads the body of a skill. Throws what the file system throws. */
export async function readSkillBody(skill: Skill): Promise<string> {
  return parseSkill(await readFile(skill.path, "utf8")).body;
}

async function* skillFiles(folder: string, depth: number): AsyncGenerator<string, void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const inner = join(folder, entry.name);
    const path = join(inner, "SKILL.md");
    if (
      await stat(path).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      yield path;
    else if (depth > 1) yield* skillFiles(inner, depth - 1);
  }
}

async function readSkill(path: string, warnings: string[]): Promise<Skill | undefined> {
  try {
    if ((await stat(path)).size > maxBytes) {
      warnings.push(`${path}: is larger than ${maxBytes / 1024} KiB, and was passed over`);
      return undefined;
    }
    const { name, description, disableModelInvocation } = parseSkill(await readFile(path, "utf8"));
    return { name: name || basename(dirname(path)), description, path, disableModelInvocation };
  } catch (error) {
    warnings.push(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"})`);
    return undefined;
  }
}
