import { realpath } from "node:fs/promises";
import { findProgram } from "../shared/find-program.ts";
import { isInside } from "../shared/inside.ts";
import { ToolError } from "../shared/tool-error.ts";
import { lookAround } from "./look-around.ts";
import { moveAside } from "./move-aside.ts";
import { protectedPlaces } from "./protected-places.ts";
import type { CommandSandbox, SandboxOptions } from "./sandbox.ts";
import { secretPlaces, withoutSecrets } from "./secrets.ts";

const SEPARATE = [
  "--die-with-parent",
  "--new-session",
  "--unshare-user-try",
  "--unshare-pid",
  "--unshare-ipc",
  "--unshare-uts",
  "--unshare-cgroup-try",
  "--cap-drop",
  "ALL",
];
const SYSTEM = [
  "--ro-bind",
  "/",
  "/",
  "--dev",
  "/dev",
  "--proc",
  "/proc",
  "--tmpfs",
  "/tmp",
  "--tmpfs",
  "/var/tmp",
  "--tmpfs",
  "/run",
];

// A root user could otherwise set the kernel's parameters through the new /proc.
const KERNEL = ["sys", "sysrq-trigger", "irq", "bus", "fs"].flatMap((name) => [
  "--ro-bind-try",
  `/proc/${name}`,
  `/proc/${name}`,
]);

/** Makes a sandbox of Linux namespaces. Throws a {@link ToolError} (`no_sandbox`) where bubblewrap is missing. */
export async function createBubblewrap(options: SandboxOptions): Promise<CommandSandbox> {
  const bwrap = findProgram("bwrap");
  if (bwrap === undefined) {
    throw new ToolError("no_sandbox", "there is no sandbox: bubblewrap (bwrap) is not installed");
  }
  const network = options.network ?? false;
  const separate = network ? SEPARATE : [...SEPARATE, "--unshare-net"];
  const writable = await Promise.all(options.writable.map((folder) => realFolder(folder)));

  return {
    kind: "bubblewrap",
    description:
      `commands run in a sandbox (bubblewrap): they write only below ${writable.join(", ")}, ` +
      `${network ? "use the network" : "have no network"}, and see neither other processes nor the usual places of secrets`,
    async wrap(program, cwd) {
      const folder = await realFolder(cwd);
      const args = [...separate, ...SYSTEM, ...KERNEL];
      // Name resolution of some systems has its settings there.
      if (network) args.push("--ro-bind-try", "/run/systemd/resolve", "/run/systemd/resolve");
      // What stands below the temporary folders is hidden, except for where the command is to work.
      if (["/tmp", "/var/tmp", "/run"].some((top) => isInside(folder, top)))
        args.push("--ro-bind", folder, folder);
      for (const path of writable) args.push("--bind", path, path);
      const startedAt = Date.now();
      const around = await lookAround(writable);
      const { readOnly, pinned, absent, links } = await protectedPlaces(writable, around.repositories);
      for (const path of pinned) args.push("--bind", path, path);
      for (const path of readOnly) args.push("--ro-bind", path, path);
      for (const { path, isFolder } of await secretPlaces([...around.secrets, ...(options.hidden ?? [])])) {
        args.push(...(isFolder ? ["--tmpfs", path] : ["--ro-bind", "/dev/null", path]));
      }
      args.push("--chdir", folder, "--", program.file, ...program.args);
      return {
        file: bwrap,
        args,
        env: withoutSecrets(program.env),
        finish: () => moveAside({ writable, around, absent, links, startedAt }),
      };
    },
  };
}

async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    throw new ToolError("not_started", `cannot run a command: the folder ${folder} is gone`, {
      cause: error,
    });
  }
}
