import type { SlashCommand } from "./command.ts";

/** What a line in the composer is. */
export type ParsedLine =
  | { readonly type: "prompt"; readonly text: string }
  | { readonly type: "command"; readonly command: SlashCommand; readonly args: string }
  | { readonly type: "unknown_command"; readonly name: string };

/** A name as commands have it, and nothing else: `/etc/hosts` and `/a|b/` are text for the model. */
const commandLine = /^\/([a-z?][a-z-]*)(?:\s+(.*))?$/s;

/** Tells commands from prompts. A space before the slash makes it a prompt. */
export function parseLine(text: string, commands: readonly SlashCommand[]): ParsedLine {
  const match = commandLine.exec(text.trimEnd());
  if (!match) return { type: "prompt", text };
  const [, name = "", args = ""] = match;
  const command = commands.find((one) => one.name === name || one.aliases?.includes(name));
  return command ? { type: "command", command, args: args.trim() } : { type: "unknown_command", name };
}

/** The commands whose name begins with what is typed, while only a name is being typed. */
export function suggestCommands(text: string, commands: readonly SlashCommand[]): readonly SlashCommand[] {
  const match = /^\/([a-z-]*)$/.exec(text);
  return match ? commands.filter(({ name }) => name.startsWith(match[1] ?? "")) : [];
}
