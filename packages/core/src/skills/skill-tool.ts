import { dirname } from "node:path";
import { z } from "zod";
import { defineTool, errorResult, textResult, type Tool } from "../tools/tool.ts";
import { readSkillBody, type Skill } from "./load.ts";

/** So much of a description stands in the list; the skill itself has all of it. */
const maxDescription = 160;
/** So long may the list be: it is paid for with every request. */
const maxManifest = 4_000;

/** The list of skills for the system prompt, without those for people alone; empty when there are none. */
export function skillManifest(all: readonly Skill[]): string {
  const skills = all.filter(forModels);
  if (skills.length === 0) return "";
  const lines = [
    "Skills hold knowledge for special tasks. Load one by its name with the skill tool when it fits:",
  ];
  let length = lines[0]?.length ?? 0;
  for (const [index, { name, description }] of skills.entries()) {
    const text = description === "" ? "(no description)" : description;
    const line = `- ${name}: ${text.length > maxDescription ? `${text.slice(0, maxDescription)}…` : text}`;
    length += line.length + 1;
    if (length > maxManifest) {
      lines.push(`- and ${skills.length - index} more, which the person can name`);
      break;
    }
    lines.push(line);
  }
  return lines.join("\n");
}

/**
 * The tool that loads one of these skills, and says where its files are. Those for people alone are unknown to it. Its
 * description does not change with the skills, so that caches stay warm.
 */
export function skillTool(skills: readonly Skill[]): Tool {
  const byName = new Map(skills.filter(forModels).map((skill) => [skill.name, skill]));
  return defineTool({
    name: "skill",
    description: "Load a skill by its name.",
    risk: "read",
    input: z.object({ name: z.string() }),
    async run({ name }) {
      const skill = byName.get(name);
      if (!skill) {
        const known =
          byName.size === 0 ? "there are none" : `the skills are: ${[...byName.keys()].join(", ")}`;
        return errorResult(`unknown skill "${name}"; ${known}`);
      }
      const body = await readSkillBody(skill);
      const place = `Its files are in ${dirname(skill.path)}; relative paths below start there.`;
      return textResult(`# Skill: ${skill.name}\n\n${skill.description}\n\n${place}\n\n---\n\n${body}`);
    },
  });
}

const forModels = (skill: Skill): boolean => skill.disableModelInvocation !== true;
