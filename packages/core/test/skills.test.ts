import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
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

test("skills: the first of a name counts, a project's only when it is trusted", async () => {
  const root = await folder();
  const places = placesIn(root);
  await putFile(root, "p/.zot/skills/tiles/SKILL.md", head("tiles", "the project's"));
  await putFile(root, "p/.agents/skills/deep/er/SKILL.md", head("deep", "at depth"));
  await putFile(root, "z/skills/tiles/SKILL.md", head("tiles", "the user's"));
  await putFile(root, "z/skills/plain/SKILL.md", "no head at all");
  await putFile(root, "u/.claude/skills/other/SKILL.md", head("other", "'quoted'"));

  const trusted = await loadSkills({ ...places, trusted: true });
  expect(trusted.warnings).toEqual([
    `a skill before it has its name, so this was passed over: ${join(root, "z/skills/tiles/SKILL.md")} (tiles)`,
  ]);
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

/** Links a folder; on Windows as a junction, which nobody has to be an administrator for. */
async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path, "junction");
}

test("skills of the user may be links; circles, links to nothing and a folder's second way are no matter", async () => {
  const root = await folder();
  const places = { ...placesIn(root), trusted: true };
  await putFile(root, "checkout/tiles/SKILL.md", head("tiles", "linked"));
  await putFile(root, "checkout/plain/SKILL.md", "no head");
  await link(join(root, "checkout/tiles"), join(root, "z/skills/my-tiles"));
  await link(join(root, "checkout"), join(root, "z/skills/again"));
  await link(join(root, "checkout"), join(root, "checkout/circle"));
  await link(join(root, "z/skills"), join(root, "checkout/plain/back"));
  await link(join(root, "nowhere"), join(root, "z/skills/nothing"));
  // A real folder is not renamed by a link to it, wherever the link stands.
  await putFile(root, "z/skills/zebra/SKILL.md", "no head");
  await link(join(root, "z/skills/zebra"), join(root, "z/skills/aardvark"));
  await link(join(root, "z/skills/zebra"), join(root, "z/skills/deep/er/aardvark"));
  // The whole place is a link.
  await putFile(root, "others/other/SKILL.md", head("other", "all of it"));
  await link(join(root, "others"), join(root, "u/.agents/skills"));

  const { skills, warnings } = await loadSkills(places);
  expect(warnings).toEqual([]);
  expect(skills.map(({ name, path }) => [name, path])).toEqual([
    ["again-plain", join(root, "z/skills/again/plain/SKILL.md")],
    ["other", join(root, "u/.agents/skills/other/SKILL.md")],
    ["tiles", join(root, "z/skills/again/tiles/SKILL.md")],
    ["zebra", join(root, "z/skills/zebra/SKILL.md")],
  ]);
});

test("a project's links are followed within the project, and nothing else comes in by them", async () => {
  const root = await folder();
  const places = { ...placesIn(root), trusted: true };
  await putFile(root, "p/tools/tiles/SKILL.md", head("tiles", "of the project"));
  await link(join(root, "p/tools/tiles"), join(root, "p/.zotpilot/skills/tiles"));
  // Its name begins like that of the project.
  await putFile(root, "p-other/evil/SKILL.md", head("evil", "not of the project"));
  const folderLink = join(root, "p/.zot/skills/evil");
  await link(join(root, "p-other/evil"), folderLink);
  const chained = join(root, "p/.zot/skills/chained");
  await link(folderLink, chained);
  const place = join(root, "p/.claude/skills");
  await link(join(root, "p-other"), place);
  const parent = join(root, "p/.agents");
  await putFile(root, "q/skills/evil/SKILL.md", head("evil", "not of the project"));
  await link(join(root, "q"), parent);

  const { skills, warnings } = await loadSkills(places);
  expect(skills.map(({ name }) => name)).toEqual(["tiles"]);
  const refused = [chained, folderLink, place, join(parent, "skills")];
  expect(warnings).toEqual(refused.map((path) => `${path}: leads out of the project, and was not followed`));

  // In the home folder a place is the user's own, also when that folder is the project.
  const home = { userHome: join(root, "u"), cwd: join(root, "u"), home: join(root, "z"), trusted: true };
  await link(join(root, "p-other/evil"), join(root, "u/.claude/skills/mine"));
  expect(await loadSkills(home)).toMatchObject({ skills: [{ name: "evil" }], warnings: [] });
});

test.skipIf(process.platform === "win32")(
  "a SKILL.md that is a link is one of the user's, and of a project only from within it",
  async () => {
    const root = await folder();
    const places = { ...placesIn(root), trusted: true };
    const secret = await putFile(root, "dotfiles/secret", head("linked", "a file elsewhere"));
    await mkdir(join(root, "z/skills/linked"), { recursive: true });
    await symlink(secret, join(root, "z/skills/linked/SKILL.md"));
    const evil = join(root, "p/.zot/skills/evil/SKILL.md");
    await mkdir(dirname(evil), { recursive: true });
    await symlink(secret, evil);
    const { skills, warnings } = await loadSkills(places);
    expect(skills.map(({ path }) => path)).toEqual([join(root, "z/skills/linked/SKILL.md")]);
    expect(warnings).toEqual([`${evil}: leads out of the project, and was not followed`]);
    // The same file once more under its name is no news.
    await mkdir(join(root, "u/.claude/skills/linked"), { recursive: true });
    await symlink(secret, join(root, "u/.claude/skills/linked/SKILL.md"));
    expect((await loadSkills({ ...places, trusted: false })).warnings).toEqual([]);
  },
);

test("skills lie at any depth, also below others, and are called by their folders when they have no name", async () => {
  const root = await folder();
  const places = { ...placesIn(root), trusted: false };
  await putFile(root, "z/skills/My Team/Code_Review!/SKILL.md", "no head");
  await putFile(root, "z/skills/My Team/SKILL.md", head("team", "above"));
  await putFile(root, "z/skills/a/b/c/d/e/f/SKILL.md", head("deep", "six folders"));
  await putFile(root, "z/skills/Über/___/SKILL.md", "no head");
  for (const passedOver of ["node_modules/package", ".git/modules", "My Team/node_modules/x"]) {
    await putFile(root, `z/skills/${passedOver}/SKILL.md`, head("not mine", "of a package"));
  }
  const { skills, warnings } = await loadSkills(places);
  expect(skills.map(({ name }) => name)).toEqual(["deep", "my-team-code-review", "team", "über"]);
  expect(warnings).toEqual([]);
});

test("skills whose names are taken are told in one sentence", async () => {
  const root = await folder();
  const places = { ...placesIn(root), trusted: false };
  for (const place of ["z/skills", "u/.claude/skills"]) {
    for (const name of ["a", "b", "c", "d", "e", "f", "g"]) {
      await putFile(root, `${place}/${name}/SKILL.md`, head(name, place));
    }
  }
  const { skills, warnings } = await loadSkills(places);
  expect(new Set(skills.map(({ description }) => description))).toEqual(new Set(["z/skills"]));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(`${join(root, "u/.claude/skills/a/SKILL.md")} (a)`);
  expect(warnings[0]).toMatch(/ and 2 more$/);
});

test("a tree that is too deep, too wide or too full is searched in part, and that is told", async () => {
  const root = await folder();
  const places = { ...placesIn(root), trusted: false };
  await putFile(root, "z/skills/near/SKILL.md", head("near", "found"));
  const deep = "z/skills/deep/a/b/c/d/e/f/g/h/i/j/k/l";
  await putFile(root, join(deep, "SKILL.md"), head("far", "too deep"));
  const deeper = await loadSkills(places);
  expect(deeper.skills.map(({ name }) => name)).toEqual(["near"]);
  expect(deeper.warnings).toEqual([
    `${join(root, "z/skills")}: folders below the 10th were not searched for skills`,
  ]);

  const wide = join(root, "u/.claude/skills/wide");
  const names = Array.from({ length: 1_100 }, (_, index) => `w${index}`);
  await Promise.all(names.map((name) => mkdir(join(wide, name), { recursive: true })));
  await putFile(root, "u/.claude/skills/wide-too/SKILL.md", head("wide", "found, because it is near"));
  const wider = await loadSkills({ ...places, home: join(root, "none") });
  expect(wider.skills.map(({ name }) => name)).toEqual(["wide"]);
  expect(wider.warnings).toEqual([
    `${join(root, "u/.claude/skills")}: only its first 1000 folders were searched for skills`,
  ]);

  for (let index = 0; index < 205; index += 1) {
    await putFile(root, `u/.agents/skills/s${index}/SKILL.md`, head(`s${index}`, "one of many"));
  }
  const full = await loadSkills({ userHome: join(root, "u"), home: "/none", cwd: "/none", trusted: false });
  expect(full.skills).toHaveLength(200);
  expect(full.warnings.at(-1)).toBe("6 more skills were left out, because there are 200 already");
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
