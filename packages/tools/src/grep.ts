import { basename, dirname } from "node:path";
import { defineTool, type Tool } from "@zotpilot/core";
import { z } from "zod";
import { lookAt } from "./glob/look-at.ts";
import { createUnreadable } from "./glob/unreadable.ts";
import { searchBuiltIn } from "./grep/built-in.ts";
import type { FoundLine, Search } from "./grep/search.ts";
import { createSecretFilter } from "./grep/secret-filter.ts";
import { findRipgrep, searchWithRipgrep } from "./grep/with-ripgrep.ts";
import { confinementOf } from "./shared/confinement.ts";
import { optionalCount } from "./shared/count.ts";
import { detailed } from "./shared/details.ts";
import { forbiddenTo } from "./shared/forbidden-files.ts";
import { MAX_BYTES } from "./shared/limits.ts";
import { displayPath, resolvePath } from "./shared/path.ts";
import { ToolError } from "./shared/tool-error.ts";

const DESCRIPTION =
  "Search file contents for a regular expression. Shows path:line: text. What .gitignore names, .git, node_modules and " +
  'binary files are left out. path is where to start (or one file), files limits by name ("*.ts").';
const MAX_MATCHES = 500;
const MAX_SHOWN_LINE = 500;

/** How the grep tool is to behave. */
export interface GrepToolOptions {
  /** Whether ripgrep is used where there is one. Default: yes. Confined searches never use it. */
  ripgrep?: boolean;
}

/**
 * Makes the tool that searches file contents: `{ pattern, path?, files?, ignoreCase?, literal?, context? }`.
 *
 * With ripgrep from the PATH or from `@vscode/ripgrep` where either is, otherwise with its own search. At most 500
 * matches and 51200 bytes, with a word about what was left out. Throws a `ToolError` for a pattern that is none and a
 * place that is not there.
 */
export function createGrepTool({ ripgrep = true }: GrepToolOptions = {}): Tool {
  return defineTool({
    name: "grep",
    description: DESCRIPTION,
    risk: "read",
    input: z.object({
      pattern: z.string().min(1),
      path: z.string().optional(),
      files: z.string().optional(),
      ignoreCase: z.boolean().optional(),
      literal: z.boolean().optional(),
      context: optionalCount(20),
    }),
    async run(input, context) {
      const { cwd, signal } = context;
      signal.throwIfAborted();
      const shown = input.path || ".";
      const start = resolvePath(cwd, shown);
      const confinement = confinementOf(context);
      await confinement?.locate(start, shown);
      const stats = await lookAt(cwd, start, shown);
      const unreadable = createUnreadable();
      if (!stats.isDirectory() && !stats.isFile())
        throw new ToolError("not_a_file", `${shown} is no file and no folder`);
      const search: Search = {
        top: stats.isDirectory() ? start : dirname(start),
        pattern: input.pattern,
        ignoreCase: input.ignoreCase ?? false,
        literal: input.literal ?? false,
        file: stats.isDirectory() ? undefined : basename(start),
        files: input.files || undefined,
        context: input.context ?? 0,
        onUnreadable: (path, reason) => unreadable.add(displayPath(cwd, path) || ".", reason),
        signal,
      };
      const page = createPage(cwd);
      const secrets = await createSecretFilter(start, page.take, forbiddenTo(context));
      const rg = ripgrep && !confinement ? await findRipgrep() : undefined;
      const { stopped } = rg
        ? await searchWithRipgrep(rg, search, secrets.take)
        : await searchBuiltIn(search, cwd, confinement, secrets.take);
      const notes = [secrets.note(cwd), unreadable.note()].filter((note) => note !== undefined);
      if (page.text() === "") {
        const nothing = `no lines match ${input.pattern}${shown === "." ? "" : ` in ${shown}`}`;
        return detailed(`${[nothing, ...notes].join("; ")}\n`, page.counts());
      }
      if (stopped) notes.unshift("there are more; a narrower pattern or path shows them");
      const text = page.text() + notes.map((note) => `... [${note}]\n`).join("");
      return detailed(text, { ...page.counts(), truncated: stopped });
    },
  });
}

/** What is shown of the lines that were found. */
interface ShownLines {
  take(line: FoundLine): boolean;
  text(): string;
  counts(): { matches: number; files: number };
}

function createPage(cwd: string): ShownLines {
  const parts: string[] = [];
  const files = new Set<string>();
  let bytes = 0;
  let matches = 0;
  let last: FoundLine | undefined;
  return {
    take(line) {
      const gap =
        last && (last.path !== line.path || last.line + 1 !== line.line) && !(last.isMatch && line.isMatch);
      const cut =
        line.text.length > MAX_SHOWN_LINE
          ? `${line.text.slice(0, MAX_SHOWN_LINE).toWellFormed()}...`
          : line.text;
      const mark = line.isMatch ? ":" : "-";
      const name = displayPath(cwd, line.path).replaceAll(/[\0-\x1f\x7f]/g, "\ufffd");
      const text = `${gap ? "--\n" : ""}${name}${mark}${line.line}${mark} ${cut.replaceAll(/[\0-\x08\x0b-\x1f\x7f]/g, "\ufffd")}\n`;
      if (matches >= MAX_MATCHES || bytes + Buffer.byteLength(text) > MAX_BYTES) return false;
      parts.push(text);
      bytes += Buffer.byteLength(text);
      if (line.isMatch) matches += 1;
      files.add(line.path);
      last = line;
      return true;
    },
    text: () => parts.join(""),
    counts: () => ({ matches, files: files.size }),
  };
}
