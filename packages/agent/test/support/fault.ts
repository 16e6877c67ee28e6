import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sandbox } from "./cli.ts";

/** A fault that waits in a program which is started with `--import file`. */
export interface PlannedFault {
  file: string;
  /** Lets it happen. */
  happen(): Promise<void>;
}

/** Writes down a fault, as code, that comes when it is told to. */
export async function planFault(sandbox: Sandbox, fault: string): Promise<PlannedFault> {
  const trigger = join(sandbox.project, "..", "trigger");
  const file = join(sandbox.project, "..", "fault.mjs");
  await writeFile(
    file,
    `import { existsSync } from "node:fs";
     const timer = setInterval(() => {
       if (!existsSync(${JSON.stringify(trigger)})) return;
       clearInterval(timer);
       ${fault}
     }, 10);`,
  );
  return { file, happen: () => writeFile(trigger, "") };
}
