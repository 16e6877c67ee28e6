import type { SlashCommand } from "./command.ts";

export const undoCommand: SlashCommand = {
  name: "undo",
  summary: "bring back the files as they were before the last turn that changed some",
  waitsFor: "undoing",
  run: () => ({ type: "undo" }),
};
