import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadSkills, skillManifest, skillTool, type SkillFolders, type ToolResult } from "../src/index.ts";
import { putFile } from "./support/put-file.ts";
import { folder } from "./support/session-files.ts";

/** Where a test's skills lie: project, home folder and zotpilot's folder below one root. */
const placesIn = (root: string): Omit<SkillFolders, "trusted"> => ({
  cwd: join(root, "p"),
  userHome: join(root, "u"),
  home: join(root, "z"),
});

const context = { cwd: "/", signal: new AbortController().signal, progress: () => undefined };

async function loaded(places: SkillFolders, name: string): Promise<ToolResult> {
  return skillTool((await loadSkills(places)).skills).run({ name }, context);
}

const textIn = ({ content }: ToolResult): string =>
  content.map((part) => (part.type === "text" ? part.text : "")).join("");

const head = (name: string, description: string, body = "body"): string =>
  `---\nname: "${name}"\ndescription: ${description}\nallowed-tools: [a]\n# note\n---\n\n${body}\n`;

test("skills: the first of a name counts, links are not followed, a project's only when it is trusted", async () => {
  const root = await folder();
  const places = placesIn(root);
  await putFile(root, "p/.zot/skills/tiles/SKILL.md", head("tiles", "the project's"));
  await putFile(root, "p/.agents/skills/deep/er/SKILL.md", head("deep", "at depth"));
  await putFile(root, "z/skills/tiles/SKILL.md", head("tiles", "the user's"));
  await putFile(root, "z/skills/plain/SKILL.md", "no head at all");
  await putFile(root, "u/.claude/skills/other/SKILL.md", head("other", "'quoted'"));
  await putFile(root, "evil/SKILL.md", head("evil", "elsewhere"));
  await symlink(join(root, "evil"), join(root, "z/skills/link"));

  const trusted = await loadSkills({ ...places, trusted: true });
  expect(trusted.warnings).toEqual([]);
  expect(trusted.skills.map(({ name, description }) => [name, description])).toEqual([
    ["deep", "at depth"],
    ["other", "quoted"],
    ["plain", ""],
    ["tiles", "the project's"],
  ]);
  const untrusted = await loadSkills({ ...places, trusted: false });
  expect(untrusted.skills.map(({ name, description }) => [name, description])).toEqual([
    ["other", "quoted"],
    ["plain", ""],
    ["tiles", "the user's"],
  ]);
});

test("the model is told where a skill lies, and the list of skills is not", async () => {
  const root = await folder();
  const places = { ...placesIn(root), trusted: true };
  await putFile(root, "z/skills/tiles/SKILL.md", head("tiles", "Lays tiles.", "Run scripts/lay.sh."));
  const tiles = join(root, "z/skills/tiles");
  expect(await loaded(places, "tiles")).toEqual({
    content: [
      {
        type: "text",
        text: `# Skill: tiles\n\nLays tiles.\n\nIts files are in ${tiles}; relative paths below start there.\n\n---\n\nRun scripts/lay.sh.`,
      },
    ],
    isError: false,
  });
  expect(await loaded(places, "nope")).toMatchObject({ isError: true });
  expect(skillManifest((await loadSkills(places)).skills)).not.toContain(root);
  expect(skillManifest([])).toBe("");
});

test.each(["true", '"true"', "True", "true # only by hand"])(
  "a skill with disable-model-invocation: %s is neither listed for the model nor loaded by it",
  async (value) => {
    const root = await folder();
    const places = { ...placesIn(root), trusted: true };
    const byHand = `---\nname: ship\ndescription: Ships.\ndisable-model-invocation: ${value}\n---\nsecret steps`;
    await putFile(root, "z/skills/ship/SKILL.md", byHand);
    await putFile(root, "z/skills/tiles/SKILL.md", head("tiles", "Lays tiles."));
    // It hides those of its name behind it, like any other.
    await putFile(root, "u/.agents/skills/ship/SKILL.md", head("ship", "Another."));
    const { skills } = await loadSkills(places);
    expect(skills.map(({ name, disableModelInvocation }) => [name, disableModelInvocation])).toEqual([
      ["ship", true],
      ["tiles", false],
    ]);
    expect(skillManifest(skills)).not.toContain("ship");
    const result = await loaded(places, "ship");
    expect(result.isError).toBe(true);
    expect(textIn(result)).toBe('unknown skill "ship"; the skills are: tiles');
    expect(skillManifest(skills.filter(({ name }) => name === "ship"))).toBe("");
  },
);

test("a skill with disable-model-invocation: false is one like others", async () => {
  const root = await folder();
  const places = { ...placesIn(root), trusted: true };
  await putFile(root, "z/skills/a/SKILL.md", "---\nname: a\ndisable-model-invocation: false\n---\nsteps");
  expect(skillManifest((await loadSkills(places)).skills)).toContain("- a: ");
  expect(textIn(await loaded(places, "a"))).toContain("steps");
});

test("a list of many skills stays short", () => {
  const many = Array.from({ length: 200 }, (_, index) => ({
    name: `skill-${index}`,
    description: "does things ".repeat(50),
    path: "/x",
  }));
  const manifest = skillManifest(many);
  expect(manifest.length).toBeLessThan(4_200);
  expect(manifest).toMatch(/- and \d+ more, which the person can name$/);
});
