import { clearCommand } from "./clear.ts";
import type { SlashCommand } from "./command.ts";
import { costCommand } from "./cost.ts";
import { demoCommand } from "./demo.ts";
import { exitCommand } from "./exit.ts";
import { exportCommand } from "./export.ts";
import { createHelpCommand } from "./help.ts";
import { loginCommand } from "./login.ts";
import { logoutCommand } from "./logout.ts";
import { compactCommand } from "./compact.ts";
import { modelCommand } from "./model.ts";
import { nameCommand } from "./name.ts";
import { statusCommand } from "./status.ts";
import { steerCommand } from "./steer.ts";
import { undoCommand } from "./undo.ts";

/** All slash commands, in the order of the help. */
export const slashCommands: readonly SlashCommand[] = [
  createHelpCommand(() => slashCommands),
  modelCommand,
  steerCommand,
  compactCommand,
  undoCommand,
  costCommand,
  statusCommand,
  clearCommand,
  nameCommand,
  exportCommand,
  loginCommand,
  logoutCommand,
  demoCommand,
  exitCommand,
];
