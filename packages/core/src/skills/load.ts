import { readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { findSkillFiles, type SkillPlace } from "./find.ts";
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

const maxSkills = 200;
const maxBytes = 256 * 1024;
/** So many skills whose names are taken are told by name. */
const maxTold = 5;

/**
 * Finds the skills, sorted by name: folders with a `SKILL.md`, at any depth, in the project's `.zotpilot/skills` and
 * `.zot/skills`, the user's own folder, and the `.claude/skills` and `.agents/skills` of project and user, in this
 * order. Of two with one name the first counts; one without a name is called by the folders that it is in. Links are
 * followed, those of a project only within it. Depth and number have limits. What is passed over is told in `warnings`.
 */
export async function loadSkills(folders: SkillFolders): Promise<{ skills: Skill[]; warnings: string[] }> {
  const warnings: string[] = [];
  const found = new Map<string, { skill: Skill; realPath: string }>();
  const taken: string[] = [];
  const seen = new Set<string>();
  let leftOut = 0;
  for (const place of await placesOf(folders)) {
    for await (const { path, realPath, folders: names } of findSkillFiles(place, seen, warnings)) {
      if (found.size === maxSkills) {
        leftOut += 1;
        continue;
      }
      const skill = await readSkill(path, names, warnings);
      if (!skill) continue;
      const first = found.get(skill.name);
      if (!first) found.set(skill.name, { skill, realPath });
      else if (first.realPath !== realPath) taken.push(`${path} (${skill.name})`);
    }
  }
  if (taken.length > 0) {
    const more = taken.length > maxTold ? ` and ${taken.length - maxTold} more` : "";
    const list = taken.slice(0, maxTold).join(", ");
    warnings.push(`a skill before it has its name, so this was passed over: ${list}${more}`);
  }
  if (leftOut > 0) {
    warnings.push(`${leftOut} more skills were left out, because there are ${maxSkills} already`);
  }
  const skills = [...found.values()].map(({ skill }) => skill);
  return { skills: skills.sort((left, right) => (left.name < right.name ? -1 : 1)), warnings };
}

async function placesOf({ cwd, userHome, home, trusted }: SkillFolders): Promise<SkillPlace[]> {
  const own = [
    join(home, "skills"),
    join(userHome, ".claude", "skills"),
    join(userHome, ".agents", "skills"),
  ];
  const within = await real(cwd);
  const ownPaths = new Set(await Promise.all(own.map(real)));
  const project = async (folder: string): Promise<SkillPlace[]> => {
    if (!trusted) return [];
    const path = join(cwd, folder, "skills");
    // In the home folder, `.claude/skills` is both.
    return [ownPaths.has(await real(path)) ? { folder: path } : { folder: path, within }];
  };
  const [skills = "", claude = "", agents = ""] = own;
  return [
    ...(await project(".zotpilot")),
    ...(await project(".zot")),
    { folder: skills },
    ...(await project(".claude")),
    { folder: claude },
    ...(await project(".agents")),
    { folder: agents },
  ];
}

const real = (path: string): Promise<string> => realpath(path).catch(() => path);

/** Reads the body of a skill. Throws what the file system throws. */
export async function readSkillBody(skill: Skill): Promise<string> {
  return parseSkill(await readFile(skill.path, "utf8")).body;
}

async function readSkill(
  path: string,
  folders: readonly string[],
  warnings: string[],
): Promise<Skill | undefined> {
  try {
    if ((await stat(path)).size > maxBytes) {
      warnings.push(`${path}: is larger than ${maxBytes / 1024} KiB, and was passed over`);
      return undefined;
    }
    const { name, description, disableModelInvocation } = parseSkill(await readFile(path, "utf8"));
    return { name: name || nameFrom(folders), description, path, disableModelInvocation };
  } catch (error) {
    warnings.push(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"})`);
    return undefined;
  }
}

function nameFrom(folders: readonly string[]): string {
  const words = folders
    .join(" ")
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu);
  return words ? words.join("-") : folders.join("-");
}
