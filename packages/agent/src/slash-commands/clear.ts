import { say, type SlashCommand } from "./command.ts";

export const clearCommand: SlashCommand = {
  name: "clear",
  aliases: ["new"],
  summary: "start the conversation anew",
  run: (_args, { isBusy }) =>
    isBusy ? say("warning", "Wait for the answer, or stop it with Esc, before clearing.") : { type: "clear" },
};
