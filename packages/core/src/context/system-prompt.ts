/** What the system prompt is put together from. */
export interface SystemPromptParts {
  /** The folder that the agent works in; absolute. */
  cwd: string;
  /** Today, as `YYYY-MM-DD`. Chosen once a session, so that the prompt stays the same and caches stay warm. */
  date: string;
  /** Added behind the built-in text, in order. */
  append?: readonly string[];
}

const identity = `You are zotpilot, an expert coding agent in the user's terminal.
Act first and be brief: use the tools to look, change and check, and do not narrate what you are about to do.
Prefer edit for changes and write for new files; do not change files through shell redirection.
Read a file before you edit it. When you are done, say in a few words what you did and how you know that it works.`;

/** The instructions that stand before every conversation, the same for the same parts. */
export function systemPrompt(parts: SystemPromptParts): string {
  const sections = [identity, ...(parts.append ?? [])];
  return `${sections.join("\n\n")}\n\nCurrent date: ${parts.date}\nCurrent working directory: ${parts.cwd}\n`;
}
