import { dirname, join } from "node:path";
import {
  createCodingTools,
  createPermissionStore,
  createSandbox,
  policyLayer,
  sensitivePaths,
  type CodingTools,
  type PermissionStore,
} from "@zotpilot/tools";
import type { CliOptions } from "../options.ts";
import { resolvePaths } from "./paths.ts";

/** The rules of this project: what a person wrote, and what they answered. */
export function openPermissions(
  options: Pick<CliOptions, "cwd">,
  env: Record<string, string | undefined>,
): PermissionStore {
  return createPermissionStore({
    folder: resolvePaths(env).settings,
    project: options.cwd,
    projectFile: join(options.cwd, ".zotpilot", "permissions.json"),
  });
}

/** The tools with all that surrounds them: approval, confinement, sandbox, checkpoints. */
export async function openTools(settings: {
  options: CliOptions;
  env: Record<string, string | undefined>;
  permissions: PermissionStore;
  /** The session that checkpoints belong to; none are made without one. */
  session: string | undefined;
  onRefused: (sentence: string) => void;
}): Promise<CodingTools> {
  const { options, env, permissions, session, onRefused } = settings;
  const { cwd, allow, deny, yes, confined, sandboxed } = options;
  const paths = resolvePaths(env);
  const flags = policyLayer("the command line", {
    allow: [...(yes ? ["*"] : []), ...allow],
    deny: [...deny],
  });
  const sandbox = sandboxed
    ? await createSandbox({ writable: [cwd], hidden: [paths.settings, dirname(paths.sessions)] })
    : undefined;
  return createCodingTools({
    env,
    approval: {
      project: cwd,
      // What steers this program, and its credentials, is asked about whatever the rules say.
      sensitive: sensitivePaths({
        own: [paths.settings, paths.sessions],
        ...(env["HOME"] !== undefined && { home: env["HOME"] }),
      }),
      policy: {
        layers: async () => [...(await permissions.layers()), flags],
        remember: (rules) => permissions.remember(rules),
      },
      onDecision({ call, effect, reasons, asked, canBePermitted }) {
        if (effect === "allow" || asked) return;
        const advice = canBePermitted ? " --yes or --allow <rule> permits it." : "";
        onRefused(`${call.name} was not run: ${reasons.join("; ")}.${advice}`);
      },
    },
    limits: {},
    ...(confined && { confinement: { roots: [cwd] } }),
    ...(sandbox && { sandbox }),
    ...(session !== undefined && {
      checkpoints: { folder: paths.checkpoints, session },
    }),
  });
}
