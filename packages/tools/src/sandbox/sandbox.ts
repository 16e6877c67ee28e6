/** What a command may reach. */
export interface SandboxOptions {
  /** Folders in which commands may write. Absolute. Everything else is read-only. */
  writable: readonly string[];
  /** Whether commands may use the network. Default: no. */
  network?: boolean;
  /** Files and folders that are not to be seen, besides the usual places of secrets. Absolute. */
  hidden?: readonly string[];
}

/** A program with its arguments. */
export interface SandboxedProgram {
  file: string;
  args: readonly string[];
  env: Record<string, string>;
  /** To be called when it has ended: puts right what must not stay. Gives a sentence when there was something. */
  finish?(): Promise<string | undefined>;
}

/** Runs commands where they can reach only what they were given. */
export interface CommandSandbox {
  kind: "bubblewrap" | "seatbelt";
  /** One sentence for people: what it does. */
  description: string;
  /** The same program inside the sandbox. Throws a `ToolError` when that cannot be done; never leaves it out. */
  wrap(program: SandboxedProgram, cwd: string): Promise<SandboxedProgram>;
}
