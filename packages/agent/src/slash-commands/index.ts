import { clearCommand } from "./clear.ts";
import type { SlashCommand } from "./command.ts";
import { demoCommand } from "./demo.ts";
import { exitCommand } from "./exit.ts";
import { createHelpCommand } from "./help.ts";
import { loginCommand } from "./login.ts";
import { logoutCommand } from "./logout.ts";
import { modelCommand } from "./model.ts";

/** All slash commands, in the order of the help. */
export const slashCommands: readonly SlashCommand[] = [
  createHelpCommand(() => slashCommands),
  modelCommand,
  clearCommand,
  loginCommand,
  logoutCommand,
  demoCommand,
  exitCommand,
];
