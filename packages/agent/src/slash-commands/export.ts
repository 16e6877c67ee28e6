import type { SlashCommand } from "./command.ts";

export const exportCommand: SlashCommand = {
  name: "export",
  usage: "[file]",
  summary: "write the conversation into one file, also what could not be saved",
  run: (args) => ({ type: "export", target: args === "" ? "." : args }),
};
