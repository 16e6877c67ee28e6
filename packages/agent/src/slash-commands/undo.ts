import { say, type SlashCommand } from "./command.ts";

export const undoCommand: SlashCommand = {
  name: "undo",
  summary: "bring back the files as they were before the last turn that changed some",
  run: (_args, { isBusy }) =>
    isBusy ? say("warning", "Wait for the answer, or stop it with Esc, before undoing.") : { type: "undo" },
};
