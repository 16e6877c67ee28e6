import type { SlashCommand } from "./command.ts";

export const exitCommand: SlashCommand = {
  name: "exit",
  aliases: ["quit"],
  summary: "leave; the conversation is kept (zotpilot --continue)",
  run: () => ({ type: "exit" }),
};
