import { say, type SlashCommand } from "./command.ts";

export const steerCommand: SlashCommand = {
  name: "steer",
  usage: "<text>",
  summary: "tell the model something while it works, before its next step",
  run(args, { isBusy }) {
    if (args === "") return say("info", "Write what the model should hear: /steer use tabs");
    return isBusy ? { type: "steer", text: args } : { type: "prompt", text: args };
  },
};
