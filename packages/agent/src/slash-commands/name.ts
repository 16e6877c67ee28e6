import { say, type SlashCommand } from "./command.ts";

export const nameCommand: SlashCommand = {
  name: "name",
  usage: "<text>",
  summary: "give the conversation a name to find it by",
  run: (args) =>
    args === "" ? say("info", "Write the name: /name the login bug") : { type: "rename", name: args },
};
