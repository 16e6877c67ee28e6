import { say, type SlashCommand } from "./command.ts";

export const compactCommand: SlashCommand = {
  name: "compact",
  summary: "summarise the conversation to make room; all of it stays on disk",
  run: (_args, { isBusy }) =>
    isBusy
      ? say("warning", "Wait for the answer, or stop it with Esc, before compacting.")
      : { type: "compact" },
};
