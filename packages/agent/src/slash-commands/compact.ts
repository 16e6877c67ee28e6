import type { SlashCommand } from "./command.ts";

export const compactCommand: SlashCommand = {
  name: "compact",
  summary: "summarise the conversation to make room; all of it stays on disk",
  waitsFor: "compacting",
  run: () => ({ type: "compact" }),
};
