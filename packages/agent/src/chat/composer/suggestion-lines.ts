import { truncateSpans, type Line } from "@zotpilot/tui";
import type { SlashCommand } from "../../slash-commands/command.ts";

/** The commands that could be meant, a line each. */
export function suggestionLines(commands: readonly SlashCommand[], selected: number, width: number): Line[] {
  const names = commands.map(({ name, usage }) => `/${name}${usage === undefined ? "" : ` ${usage}`}`);
  const column = Math.max(0, ...names.map((name) => name.length)) + 2;
  return commands.map(({ summary }, index) => {
    const isSelected = index === selected;
    const name = (names[index] ?? "").padEnd(column);
    return truncateSpans(
      [
        { text: isSelected ? "❯ " : "  ", color: "cyan" },
        isSelected ? { text: name, color: "cyan", bold: true } : { text: name },
        { text: summary, dim: true },
      ],
      width,
    );
  });
}
