/** How a command is started. */
export interface Launch {
  file: string;
  args: readonly string[];
  /**
   * Whether it waits for a word on descriptor 3 before the command runs, and joins both output streams; what does not
   * has two streams that are read side by side.
   */
  gated: boolean;
}

/** A shell that commands are written for. */
export interface Shell {
  name: "bash" | "powershell";
  /** How a command is started. Throws a `ToolError` (`not_started`) when there is no such shell. */
  launch(command: string, env: Readonly<Record<string, string>>): Launch;
}

/** The system that commands run on. */
export type Platform = NodeJS.Platform;

/** A variable of an environment; Windows does not tell capitals apart. */
export function variable(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  platform: Platform,
): string | undefined {
  const found = platform === "win32" ? Object.keys(env).find((key) => key.toUpperCase() === name) : name;
  return found === undefined ? undefined : env[found];
}

/**
 * What a POSIX shell does before it becomes the shell of the command: wait for a word, which comes once the command is
 * under guard, and end should we be gone before; then join both streams, so that they stay in order.
 */
export const GATE = "read -r _ <&3 || exit 125; exec 3<&- 2>&1; ";
