import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./folder.ts";
import { run, type RunResult } from "./run.ts";

/** The repository's root folder. */
export const repository = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Runs a TypeScript file on the sources of the packages, as `node file.ts` would run it on the installed ones:
 * in a small project of its own, with an empty home, and without the tester's credentials and settings.
 */
export async function runExample(file: string, args: readonly string[] = []): Promise<RunResult> {
  const folder = await temporaryFolder({
    "project/README.md": "# hello\n\nA project to try things on.\n",
    "project/package.json": '{ "name": "hello-project", "version": "1.0.0" }\n',
  });
  const home = path.join(folder, "home");
  await mkdir(home);
  return run(process.execPath, ["--conditions=@zotpilot/source", file, ...args], {
    cwd: path.join(folder, "project"),
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      USERPROFILE: home,
      ZOTPILOT_HOME: path.join(home, "state"),
    },
  });
}
