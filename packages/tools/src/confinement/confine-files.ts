import { decodeArguments, errorResult, type ToolMiddleware } from "@zotpilot/core";
import { createConfinement, type ConfinedContext } from "../shared/confinement.ts";
import { pathArguments } from "../shared/path-arguments.ts";
import { resolvePath } from "../shared/path.ts";
import { ToolError } from "../shared/tool-error.ts";

/** How file tools are confined. */
export interface ConfinementOptions {
  /** The folders that may be used: the project, and what else a person named. Absolute. */
  roots: readonly string[];
  /** Asked for every call; for a switch that a person can turn. Default: always on. */
  enabled?: () => boolean;
  /** Tools that are left alone: those that run commands, which path rules cannot confine. Default: `bash`, `powershell`. */
  except?: readonly string[];
}

/**
 * Confines file tools to some folders, by where a path really leads: through links, `..`, other spellings, and also
 * when links are swapped while it runs. Every tool with a path among its arguments is checked; our own are held to it
 * until the file is open. Commands are not confined by this: that takes a sandbox.
 */
export function confineFiles(options: ConfinementOptions): ToolMiddleware {
  const { roots, enabled = () => true, except = ["bash", "powershell"] } = options;
  const confinement = createConfinement(roots);
  return (next) => async (call, context) => {
    if (!enabled() || except.includes(call.name)) return next(call, context);
    const input = decodeArguments(call);
    try {
      for (const path of typeof input === "object" && input !== null ? pathArguments(input) : []) {
        if (path !== "") await confinement.locate(resolvePath(context.cwd, path), path);
      }
    } catch (error) {
      if (error instanceof ToolError) return errorResult(error.message);
      throw error;
    }
    const confined: ConfinedContext = { ...context, confinement };
    return next(call, confined);
  };
}
