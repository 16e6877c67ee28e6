import { cleanPath, isQuoted, looksLikeFile, PATH, unquote } from "../words.ts";
import type { Task } from "../task.ts";
import { rule, type Groups, type Rule } from "./rule.ts";

const FILE_WORDS = String.raw`(?:(?:the|a|an|my|this) )?(?:(?:new|empty) )*(?<word>file )?(?:(?:called|named) )?`;

/** Files to edit, write, and add to. */
export const changeRules: readonly Rule[] = [
  rule(
    String.raw`(?:(?:edit|change|in|open|update) (?:the )?(?:file )?${PATH}\s*[:,]? (?:and |to )?)?(?:replace|change|rename|swap) (?<old>.+?) (?:with|by|to|into|for) (?<new>.+?)(?: (?:in|inside|of) (?:the )?(?:file )?(?<file>\S+?))?`,
    edit,
  ),
  rule(
    String.raw`(?<verb>append|add) (?:the |a )?(?<line>(?:new )?line )?(?<content>.+?) to (?:the )?(?:end of )?(?:the )?(?:file )?${PATH}`,
    append,
  ),
  rule(String.raw`(?:write|save|put) (?<content>.+?) (?:in)?to ${FILE_WORDS}${PATH}`, write),
  rule(
    String.raw`(?:create|make|write|add) ${FILE_WORDS}${PATH}(?: file)?\s*(?:,?\s*(?:with|containing|that says|which says|saying)(?: (?:the )?(?:contents?|text|line|words?)(?: of)?:?)? |:\s*)(?<content>.+)`,
    (groups) => (isFile(groups) ? write(groups) : undefined),
  ),
  rule(String.raw`(?:create|make|add) ${FILE_WORDS}${PATH}`, (groups) =>
    isFile(groups) ? write({ ...groups, content: "" }) : undefined,
  ),
  rule(String.raw`(?:edit|change|update|modify|fix) (?:the )?(?:file )?${PATH}(?: file)?`, ({ path = "" }) =>
    looksLikeFile(path)
      ? cannot(`Tell me which text to replace, for example: in ${cleanPath(path)}, replace one with two.`)
      : undefined,
  ),
  rule(String.raw`(?:delete|remove) (?:the )?(?:file |folder )?${PATH}`, ({ path = "" }) =>
    command("rm", path),
  ),
  rule(
    String.raw`(?:rename|move) (?:the )?(?:file |folder )?${PATH} (?:in)?to (?<next>\S+)`,
    ({ path = "", next }) => command("mv", path, next),
  ),
  rule(
    String.raw`(?:create|make|add) (?:a |the )?(?:new )?(?:folder|directory) (?:(?:called|named) )?${PATH}`,
    ({ path = "" }) =>
      cannot(`I make no folders by myself, but I can run a command: run mkdir ${cleanPath(path)}`),
  ),
];

function isFile({ word, path = "" }: Groups): boolean {
  return word !== undefined || looksLikeFile(path);
}

function edit({ path, old, new: next, file }: Groups, last: string | undefined): Task | undefined {
  const target = cleanPath(path ?? file ?? "") ?? last;
  if (target === undefined || old === undefined || next === undefined) return undefined;
  return { type: "edit", path: target, oldText: unquote(old), newText: unquote(next) };
}

/** Only texts that are given can be written: "a poem" is none. */
function write({ path, content = "" }: Groups): Task | undefined {
  const file = cleanPath(path ?? "");
  if (file === undefined) return undefined;
  if (
    !isQuoted(content) &&
    /^(?:a|an|some|the|your) \w+(?: (?:about|for|in|of|on|that) .*)?$/i.test(content.trim())
  ) {
    return cannot(
      `I cannot make up a text, but I write what you give me: write "${content.trim()}" to ${file}`,
    );
  }
  return { type: "write", path: file, content: unquote(content) };
}

function append({ verb = "", line, path = "", content = "" }: Groups): Task | undefined {
  const file = cleanPath(path);
  if (file === undefined || !looksLikeFile(path)) return undefined;
  // "Add a function to a.ts" gives no text to add.
  const isGiven = /^append$/i.test(verb) || line !== undefined || isQuoted(content);
  return isGiven ? { type: "append", path: file, content: unquote(content) } : undefined;
}

function command(name: string, path: string, next = ""): Task | undefined {
  if (!looksLikeFile(path)) return undefined;
  const words = [name, cleanPath(path), cleanPath(next)].filter((word) => word !== undefined);
  return cannot(`I do not do that by myself, but I can run a command: run ${words.join(" ")}`);
}

function cannot(text: string): Task {
  return { type: "cannot", text };
}
