import { say, type SlashCommand } from "./command.ts";

const keys: readonly (readonly [string, string])[] = [
  ["Enter", "send; while an answer runs, the prompt waits its turn"],
  ["Shift+Enter, Ctrl+J or \\ Enter", "a new line"],
  ["Esc", "stop the answer; prompts that wait come back"],
  ["Up, Down", "earlier prompts"],
  ["Ctrl+C", "clear the line, or stop the answer; twice to exit"],
  ["Ctrl+D", "exit, when the line is empty"],
];

/** The help lists the commands, itself among them; so it is made from the list. */
export function createHelpCommand(commands: () => readonly SlashCommand[]): SlashCommand {
  return {
    name: "help",
    aliases: ["?"],
    summary: "what can be typed here",
    run: () => say("info", [...table(commands().map(describe)), "", ...table(keys)].join("\n")),
  };
}

function describe({ name, usage, summary }: SlashCommand): readonly [string, string] {
  return [`/${name}${usage === undefined ? "" : ` ${usage}`}`, summary];
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}
