import { say, type SlashCommand } from "./command.ts";

export const steerCommand: SlashCommand = {
  name: "steer",
  usage: "<text>",
  summary: "tell the model something while it works, before its next step",
  run: (args) =>
    args === ""
      ? say("info", "Write what the model should hear: /steer use tabs")
      : { type: "steer", text: args },
};
