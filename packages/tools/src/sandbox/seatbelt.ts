import { realpath } from "node:fs/promises";
import { quoteWord } from "../shell/words.ts";
import { ToolError } from "../shared/tool-error.ts";
import { lookAround } from "./look-around.ts";
import { protectedPlaces } from "./protected-places.ts";
import type { CommandSandbox, SandboxOptions } from "./sandbox.ts";
import { secretPlaces, withoutSecrets } from "./secrets.ts";

/** What is told to `@anthropic-ai/sandbox-runtime`, which makes a profile of seatbelt from it. */
export interface SeatbeltRules {
  network: { allowedDomains: string[]; deniedDomains: string[] };
  filesystem: { denyRead: string[]; allowWrite: string[]; denyWrite: string[] };
}

/** What is used of it. */
interface SandboxRuntime {
  SandboxManager: {
    initialize(rules: SeatbeltRules): Promise<void>;
    wrapWithSandbox(command: string): Promise<string>;
  };
}

/** The rules of a sandbox without a network: all is readable but secrets, nothing is writable but the given folders. */
export async function seatbeltRules({ writable, hidden = [] }: SandboxOptions): Promise<SeatbeltRules> {
  const folders = await Promise.all(writable.map((folder) => realpath(folder)));
  const around = await lookAround(folders);
  const secrets = await secretPlaces([...around.secrets, ...hidden]);
  const { readOnly, absent } = await protectedPlaces(folders, around.repositories);
  return {
    network: { allowedDomains: [], deniedDomains: [] },
    filesystem: {
      denyRead: secrets.map(({ path }) => path),
      allowWrite: folders,
      denyWrite: [...readOnly, ...absent],
    },
  };
}

/**
 * Makes a sandbox of macOS, by `@anthropic-ai/sandbox-runtime`, of which there can be one in a process. Throws a
 * {@link ToolError} (`no_sandbox`) where that is not installed or cannot start.
 */
export async function createSeatbelt(options: SandboxOptions): Promise<CommandSandbox> {
  // Installed only where it can be, so it is no dependency that types may rely on.
  const name = "@anthropic-ai/sandbox-runtime";
  const library = await (import(name) as Promise<SandboxRuntime>).catch((cause: unknown) => {
    throw new ToolError("no_sandbox", "there is no sandbox: @anthropic-ai/sandbox-runtime is not installed", {
      cause,
    });
  });
  if (options.network) {
    throw new ToolError("no_sandbox", "on this system the sandbox cannot be had with the network open");
  }
  const rules = await seatbeltRules(options);
  const manager = library.SandboxManager;
  await manager.initialize(rules).catch((cause: unknown) => {
    throw new ToolError("no_sandbox", `there is no sandbox: it does not start (${String(cause)})`, {
      cause,
    });
  });

  return {
    kind: "seatbelt",
    description: `commands run in a sandbox (seatbelt): they write only below ${rules.filesystem.allowWrite.join(", ")} and have no network`,
    async wrap(program) {
      const command = [program.file, ...program.args].map(quoteWord).join(" ");
      const text = await manager.wrapWithSandbox(command).catch((cause: unknown) => {
        throw new ToolError("no_sandbox", "the command could not be put into the sandbox; it was not run", {
          cause,
        });
      });
      return { file: "/bin/sh", args: ["-c", text], env: withoutSecrets(program.env) };
    },
  };
}
