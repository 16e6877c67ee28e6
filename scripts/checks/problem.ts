import { realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Something a check does not like, and where. */
export type Problem = { file: string; line: number; message: string };

/** `file:line: message`, with the path as seen from `root`. */
export function describeProblem(root: string, { file, line, message }: Problem): string {
  return `${path.relative(root, file).replaceAll(path.sep, "/")}:${line}: ${message}`;
}

/** Prints the problems, and says with the exit code whether there were any. */
export function reportProblems(what: string, root: string, problems: readonly Problem[]): void {
  for (const problem of problems) console.error(describeProblem(root, problem));
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${what}: nothing to complain about`);
}

/** True when this module is the script that Node was started with, and not imported by a test. */
export function isMain(url: string): boolean {
  const script = process.argv[1];
  return script !== undefined && realpathSync(script) === realpathSync(fileURLToPath(url));
}
