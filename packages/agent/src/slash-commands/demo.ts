import { say, type SlashCommand } from "./command.ts";

export const demoCommand: SlashCommand = {
  name: "demo",
  summary: "try the built-in demo: no account, and no AI",
  run(_args, { connection, isBusy }) {
    if (connection.type === "demo") return say("info", "The demo answers already.");
    if (isBusy)
      return say("warning", "Wait for the answer, or stop it with Esc, before changing to the demo.");
    return { type: "start_demo" };
  },
};
