import type { SlashCommand } from "./command.ts";

export const loginCommand: SlashCommand = {
  name: "login",
  summary: "sign in with GitHub",
  waitsFor: "signing in",
  run: () => ({ type: "log_in" }),
};
