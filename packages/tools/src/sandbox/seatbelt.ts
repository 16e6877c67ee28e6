import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { quoteWord } from "../shell/words.ts";
import { ToolError } from "../shared/tool-error.ts";
import type { CommandSandbox, SandboxOptions } from "./sandbox.ts";
import { secretPlaces, withoutSecrets } from "./secrets.ts";

const READ_ONLY = [".git/hooks", ".git/config", ".gitmodules", ".vscode", ".idea", ".mcp.json"];

/** What is used of `@anthropic-ai/sandbox-runtime`. */
interface SandboxRuntime {
  SandboxManager: {
    initialize(config: {
      network: { allowedDomains: string[]; deniedDomains: string[] };
      filesystem: { denyRead: string[]; allowWrite: string[]; denyWrite: string[] };
    }): Promise<void>;
    wrapWithSandbox(command: string): Promise<string>;
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
  const writable = await Promise.all(options.writable.map((folder) => realpath(folder)));
  const hidden = await secretPlaces(writable, options.hidden ?? []);
  const manager = library.SandboxManager;
  await manager
    .initialize({
      network: { allowedDomains: [], deniedDomains: [] },
      filesystem: {
        denyRead: hidden.map(({ path }) => path),
        allowWrite: writable,
        denyWrite: writable.flatMap((folder) => READ_ONLY.map((name) => join(folder, name))),
      },
    })
    .catch((cause: unknown) => {
      throw new ToolError("no_sandbox", `there is no sandbox: it does not start (${String(cause)})`, {
        cause,
      });
    });

  return {
    kind: "seatbelt",
    description: `commands run in a sandbox (seatbelt): they write only below ${writable.join(", ")} and have no network`,
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
