import { defineTool } from "@zotpilot/core";
import { z } from "zod";
import { listMatches } from "./glob/list-matches.ts";
import { parsePattern } from "./glob/pattern.ts";
import { renderMatches } from "./glob/render.ts";
import { forbiddenTo } from "./shared/forbidden-files.ts";
import { confinementOf } from "./shared/confinement.ts";
import { detailed } from "./shared/details.ts";

const DESCRIPTION =
  'Find files: "*.ts" by name anywhere below, "src/**/*.ts" by path, "*" or "src/*" all that is in a folder, "**/test/" folders. ' +
  'Sorted; folders end in "/". Names that begin with a dot are found with hidden, or where the pattern writes the dot. ' +
  "What .gitignore names, .git and node_modules are left out unless path or pattern begin there. path is where to start.";

/**
 * Finds files: `{ pattern, path?, hidden? }`.
 *
 * A pattern without a slash is about names anywhere below, but for `*`, which is all that is in the folder. Folders are found by a pattern that ends in a slash, and
 * beside files by one that ends in `/*`. Paths come sorted and relative to the working folder, at most 1000 of them,
 * with the number of those left out. `.gitignore` files are respected, hidden files and folders are left out unless
 * `hidden` or a dot in the pattern asks for them, symbolic links are listed and not followed. Throws a `ToolError` for
 * a pattern that makes no sense and for a start folder that is not there.
 */
export const globTool = defineTool({
  name: "glob",
  description: DESCRIPTION,
  risk: "read",
  input: z.object({ pattern: z.string(), path: z.string().optional(), hidden: z.boolean().optional() }),
  async run({ pattern, path: given, hidden = false }, context) {
    const { cwd, signal } = context;
    signal.throwIfAborted();
    const path = given || ".";
    const found = await listMatches(parsePattern(pattern, { hidden }), {
      cwd,
      path,
      signal,
      confinement: confinementOf(context),
      isForbidden: forbiddenTo(context),
    });
    const { text, shown } = renderMatches(found, { pattern, path });
    const truncated = shown < found.paths.length || found.report.gaveUp;
    return detailed(text, { matches: shown, truncated, pattern });
  },
});
