import { cleanPath, globFor, looksLikeFile, namesFile, PATH, unquote } from "../words.ts";
import type { Task } from "../task.ts";
import { rule, type Groups, type Rule } from "./rule.ts";

const HERE = String.raw`(?:here|there|(?:in )?(?:the |this |my )?(?:current )?(?:folder|directory|project|repo|repository))`;
const FIND = String.raw`(?:search|grep|look for|find|locate)`;

/** Files to list and texts to look for. */
export const findRules: readonly Rule[] = [
  rule(
    String.raw`${FIND} (?:for )?(?:(?:all|the|any) )*(?:files?|everything) (?:(?:called|named|matching|ending (?:in|with)|like) )?(?<name>\S+)`,
    ({ name = "" }) => (/^(?:containing|with|that|in)$/i.test(name) ? undefined : list(globFor(name))),
  ),
  rule(
    String.raw`(?:${FIND}|list|show(?: me)?) (?:for )?(?:(?:all|the|any|my) )*(?<name>\S+) files?(?: ${HERE})?\W*`,
    ({ name = "" }) => list(/^\w+$/.test(name) ? kindOf(name) : globFor(name)),
  ),
  rule(String.raw`(?:find|list|show(?: me)?|ls) (?:(?:all|the) )*(?<name>\S*\*\S*)\W*`, ({ name = "" }) =>
    list(globFor(name)),
  ),
  rule(String.raw`(?:find|locate|where(?:'s| is)) (?:the )?(?:file )?(?<name>\S+?)\??`, ({ name = "" }) =>
    looksLikeFile(name) && !/^["'${"`"}]/.test(name) ? list(globFor(name)) : undefined,
  ),
  rule(
    String.raw`is there (?:a|an|any) (?:file )?(?:(?:called|named) )?(?<name>\S+?)(?: file)?(?: ${HERE})?\W*`,
    ({ name = "" }) => (looksLikeFile(name) ? list(globFor(name)) : undefined),
  ),
  rule(
    String.raw`(?:which|what) files? (?:contains?|mentions?|uses?|ha(?:s|ve)) (?<text>.+?)(?: in (?:them|it))?[?.]*`,
    search,
  ),
  rule(
    String.raw`${FIND} (?:(?:the )?(?:files|code|folder|project|everything) )?(?:for )?(?:(?:the|any) (?:word|text|string) |all )?(?:files? (?:containing|with) )?(?<text>.+?)(?: in (?:(?:all )?(?:the )?(?:files|code|folder|project|here|this \w+)|(?<path>\S+)))?`,
    search,
  ),
  rule(
    String.raw`where (?:is|are|does|do) (?<text>.+?)(?: (?:used|defined|mentioned|called|appear|occur))?[?.]*`,
    search,
  ),
  rule(
    String.raw`(?:ls|dir|(?:list|show(?: me)?|print|give me|see|what(?:'s| are| is)?|which) (?:(?:all|the|my) )*(?:files?|folders?|contents?|directory|directories)(?: and (?:files|folders|directories))?(?: (?:are|exist|do (?:we|you|i) have|are there|is there))?(?: (?:here|there))?)(?: (?:in|of|under|inside|from) (?:the )?(?:(?:current|this|my) \w+|(?:folder|directory) (?<folder>\S+?)|(?<path>\S+?)(?: (?:folder|directory))?)| (?<bare>[^\s?.-]\S*))?[?.!]*`,
    ({ path, folder, bare }) => list("*", path ?? folder ?? bare),
  ),
  rule(String.raw`(?:list|show)(?: (?:me|everything|all|it))*(?: ${HERE})?\W*`, () => list("*")),
  rule(String.raw`(?:what(?:'s| is)|show(?: me)? what(?:'s| is)|look around) ?(?:in )?(?:${HERE})?\W*`, () =>
    list("*"),
  ),
  rule(
    String.raw`(?:list|ls|what(?:'s| is) in) (?:the )?(?:folder |directory )?${PATH}(?: folder| directory)?\W*`,
    ({ path = "" }) => (namesFile(path) ? undefined : list("*", path)),
  ),
];

function list(pattern: string | undefined, path?: string): Task | undefined {
  if (pattern === undefined) return undefined;
  const where = cleanPath(path ?? "");
  const isHere = where === undefined || ["here", "there", "."].includes(where);
  return { type: "list", pattern, ...(isHere ? {} : { path: where }) };
}

/** "Typescript files" are a kind; "big files" are not. */
function kindOf(name: string): string | undefined {
  const glob = globFor(name);
  return glob?.startsWith("**/*.") === true ? glob : undefined;
}

function search({ text = "", path }: Groups): Task | undefined {
  // A plural of capitals is written in files without its "s".
  const wanted = unquote(text.replace(/[?.!]+$/, "").replace(/^([A-Z]{3,})s$/, "$1"));
  const where = path === undefined ? undefined : cleanPath(path);
  if (wanted === "") return undefined;
  return { type: "search", text: wanted, ...(where === undefined ? {} : { path: where }) };
}
