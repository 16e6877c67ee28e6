import { defineTool } from "@zotpilot/core";
import { z } from "zod";
import { listMatches } from "./glob/list-matches.ts";
import { parsePattern } from "./glob/pattern.ts";
import { renderMatches } from "./glob/render.ts";
import { forbiddenTo } from "./shared/forbidden-files.ts";
import { confinementOf } from "./shared/confinement.ts";
import { detailed } from "./shared/details.ts";

const DESCRIPTION =
  'Find files and folders by name: "src/**/*.ts", "*" for one folder. Sorted; folders end in "/". What .gitignore ' +
  "names, .git and node_modules are left out unless path or pattern begin there. path is where to start.";

/**
 * Finds files and folders: `{ pattern, path? }`.
 *
 * Paths come sorted and relative to the working folder, at most 1000 of them, with the number of those left out.
 * `.gitignore` files are respected, symbolic links are listed and not followed. Throws a `ToolError` for a pattern
 * that makes no sense and for a start folder that is not there.
 */
export const globTool = defineTool({
  name: "glob",
  description: DESCRIPTION,
  risk: "read",
  input: z.object({ pattern: z.string(), path: z.string().optional() }),
  async run({ pattern, path = "." }, context) {
    const { cwd, signal } = context;
    signal.throwIfAborted();
    const parsed = parsePattern(pattern);
    const found = await listMatches(parsed, {
      cwd,
      path,
      signal,
      confinement: confinementOf(context),
      isForbidden: forbiddenTo(context),
    });
    return detailed(renderMatches(found, { pattern, path }), {
      paths: found.paths.length,
      gave_up: found.report.gaveUp,
    });
  },
});
