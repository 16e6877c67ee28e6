import { say, type SlashCommand } from "./command.ts";

export const loginCommand: SlashCommand = {
  name: "login",
  summary: "sign in with GitHub",
  run: (_args, { isBusy }) =>
    isBusy
      ? say("warning", "Wait for the answer, or stop it with Esc, before signing in.")
      : { type: "log_in" },
};
