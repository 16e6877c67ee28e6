import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

export type CommandResult = { code: number; stdout: string; output: string };

export type CommandOptions = { cwd?: string; env?: NodeJS.ProcessEnv; show?: boolean };

/** Runs a command to its end; never rejects. `show` passes its output through as it comes. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", options.show ? "inherit" : "pipe", options.show ? "inherit" : "pipe"],
    });
    let stdout = "";
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.on("error", (error) => resolve({ code: 1, stdout, output: `${output}${error.message}\n` }));
    child.on("close", (code, signal) =>
      resolve({ code: code ?? 1, stdout, output: signal ? `${output}killed by ${signal}\n` : output }),
    );
  });
}

/** Runs a command that has to succeed; throws an error that holds all it printed otherwise. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await runCommand(command, args, options);
  if (result.code === 0) return result.stdout;
  throw new Error(`${[command, ...args].join(" ")}\nexit code ${result.code}\n${result.output}`);
}

/** A program among the root's dependencies, given as the path of its script. */
export function runTool(
  script: string,
  args: readonly string[],
  options?: CommandOptions,
): Promise<CommandResult> {
  return runCommand(process.execPath, [`${root}/node_modules/${script}`, ...args], options);
}
