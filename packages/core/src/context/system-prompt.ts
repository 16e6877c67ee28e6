import type { InstructionFile } from "./instructions.ts";

/** What the system prompt is put together from. */
export interface SystemPromptParts {
  /** The folder that the agent works in; absolute. */
  cwd: string;
  /** Today, as `YYYY-MM-DD`. Chosen once a session, so that the prompt stays the same and caches stay warm. */
  date: string;
  /** Stands in place of the built-in text; an empty one removes it. */
  identity?: string;
  /** Added behind the first text, in order. */
  append?: readonly string[];
  /** Rules of the user and of the project, the most general first; see `loadInstructions`. */
  instructions?: readonly InstructionFile[];
  /** The list of skills that can be loaded; see `skillManifest`. */
  skills?: string;
}

const builtIn = `You are zotpilot, an expert coding agent in the user's terminal.
Act first and be brief: use the tools to look, change and check, and do not narrate what you are about to do.
Prefer edit for changes and write for new files; do not change files through shell redirection.
Read a file before you edit it. When you are done, say in a few words what you did and how you know that it works.`;

/**
 * The instructions that stand before every conversation, the same for the same parts: who the agent is, what was added,
 * the rules, the skills, and at the end date and folder.
 */
export function systemPrompt(parts: SystemPromptParts): string {
  const sections = [
    parts.identity ?? builtIn,
    ...(parts.append ?? []),
    ...(parts.instructions ?? []).map(block),
    parts.skills ?? "",
  ];
  const text = sections.filter((section) => section.trim() !== "").join("\n\n");
  return `${text}\n\nCurrent date: ${parts.date}\nCurrent working directory: ${parts.cwd}\n`;
}

/** A file's text, marked as what it is; nothing in it can end the mark. */
function block({ path, text }: InstructionFile): string {
  const safe = text.trim().replaceAll(/<(?=\/?instructions\b)/gi, "&lt;");
  return `<instructions from="${path.replaceAll('"', "&quot;")}">\n${safe}\n</instructions>`;
}
