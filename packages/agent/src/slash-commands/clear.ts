import type { SlashCommand } from "./command.ts";

export const clearCommand: SlashCommand = {
  name: "clear",
  aliases: ["new"],
  summary: "start the conversation anew",
  waitsFor: "clearing",
  run: () => ({ type: "clear" }),
};
