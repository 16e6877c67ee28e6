import { say, type SlashCommand } from "./command.ts";

export const demoCommand: SlashCommand = {
  name: "demo",
  summary: "try the built-in demo: no account, and no AI",
  waitsFor: "changing to the demo",
  run: (_args, { connection }) =>
    connection.type === "demo" ? say("info", "The demo answers already.") : { type: "start_demo" },
};
