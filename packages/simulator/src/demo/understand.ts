import { splitClauses } from "./clauses.ts";
import type { Task } from "./task.ts";

type Groups = Record<string, string | undefined>;

interface Rule {
  pattern: RegExp;
  task: (groups: Groups, file: string | undefined) => Task | undefined;
}

const PATH = String.raw`(?<path>${"`[^`]+`"}|"[^"]+"|'[^']+'|\S+)`;
const FILE_WORDS = String.raw`(?:(?:the|a|an|my|this)\s+)?(?:new\s+|empty\s+)*(?:file\s+)?(?:called\s+|named\s+)?`;

const rule = (pattern: string, task: Rule["task"]): Rule => ({
  pattern: new RegExp(`^${pattern}$`, "is"),
  task,
});

/** Tried in order; the first that fits and makes a task wins. */
const RULES: readonly Rule[] = [
  rule(
    String.raw`(?:count|say the numbers)(?:\s+slowly)?(?:\s+(?:from\s+\d+\s+)?(?:up\s+)?to\s+(?<to>\d+))(?:\s+slowly)?\W*`,
    ({ to }) => ({
      type: "count",
      to: Math.min(Math.max(Number(to), 1), 1000),
    }),
  ),
  rule(
    String.raw`(?:.*\bslow(?:ly)?\b.*\b(?:answer|reply|response|text)\b.*|.*\b(?:answer|reply|talk|speak)\s+slowly\b.*|.*\bstory\b.*|slow(?:ly)?\W*)`,
    () => ({
      type: "story",
    }),
  ),
  rule(String.raw`(?:run|execute)\s+(?:the\s+)?tests?\W*`, () => ({ type: "run", command: "npm test" })),
  rule(
    String.raw`(?:run|execute)\s+(?:(?:the\s+)?(?:shell\s+)?command:?\s+)?(?<command>.+)`,
    ({ command }) => ({
      type: "run",
      command: unquote(command ?? ""),
    }),
  ),
  rule(
    String.raw`(?:(?:edit|change|in|open)\s+(?:the\s+)?(?:file\s+)?${PATH}\s*[:,]?\s+(?:and\s+|to\s+)?)?(?:replace|change)\s+(?<old>.+?)\s+(?:with|by|to|into)\s+(?<new>.+?)(?:\s+(?:in|inside)\s+(?:the\s+)?(?:file\s+)?(?<file>\S+?))?`,
    ({ path, old, new: next, file }, last) => {
      const target = cleanPath(path ?? file ?? "") ?? last;
      if (target === undefined || old === undefined || next === undefined) return undefined;
      return { type: "edit", path: target, oldText: unquote(old), newText: unquote(next) };
    },
  ),
  rule(String.raw`(?:write|save|put)\s+(?<content>.+?)\s+(?:in)?to\s+${FILE_WORDS}${PATH}`, write),
  rule(
    String.raw`(?:create|make|write)\s+${FILE_WORDS}${PATH}(?:\s+file)?\s*(?:,?\s*(?:with|containing|that says|saying)(?:\s+(?:the\s+)?(?:contents?|text|line)(?:\s+of)?:?)?\s+|:\s*)(?<content>.+)`,
    write,
  ),
  rule(String.raw`(?:create|make)\s+${FILE_WORDS}${PATH}`, (groups) => write({ ...groups, content: "" })),
  rule(
    String.raw`(?:search|grep|look|find)\s+(?:for\s+)?(?:files?|everything)\s+(?:called|named|matching|ending\s+in|like)\s+(?<name>\S+)`,
    ({ name }) => ({ type: "list", pattern: globFor(cleanPath(name ?? "") ?? "*") }),
  ),
  rule(
    String.raw`(?:find|list|show(?:\s+me)?)\s+(?:all\s+)?(?:the\s+)?(?<glob>\S*\*\S*)(?:\s+files)?\W*`,
    ({ glob }) => ({
      type: "list",
      pattern: globFor(unquote(glob ?? "*")),
    }),
  ),
  rule(
    String.raw`(?:search|grep|look|find)\s+(?:(?:the\s+)?(?:files|code|folder|project|everything)\s+)?(?:for\s+)?(?:the\s+(?:word|text|string)\s+)?(?<text>.+?)(?:\s+in\s+(?:(?:all\s+)?(?:the\s+)?(?:files|code|folder|project|here|this\s+\w+)|(?<path>\S+)))?`,
    search,
  ),
  rule(String.raw`where\s+is\s+(?<text>.+?)(?:\s+(?:used|defined|mentioned))?[?.]*`, search),
  rule(
    String.raw`(?:ls|(?:list|show(?:\s+me)?|print|give\s+me|what(?:'s|\s+are|\s+is)?)\s+(?:all\s+)?(?:the\s+|my\s+)?(?:files?|folders?|contents?|directory)(?:\s+and\s+(?:files|folders))?(?:\s+are)?(?:\s+(?:here|there))?)(?:\s+(?:in|of|under|inside)\s+(?:the\s+)?(?:(?:current|this|my)\s+\w+|(?:folder|directory)\s+(?<folder>\S+?)|(?<path>\S+?)(?:\s+(?:folder|directory))?)|\s+(?<bare>[^\s?.]\S*))?[?.!]*`,
    ({ path, folder, bare }) => {
      const where = cleanPath(path ?? folder ?? bare ?? "");
      const isHere = where === undefined || ["here", "."].includes(where);
      return { type: "list", pattern: "*", ...(isHere ? {} : { path: where }) };
    },
  ),
  rule(String.raw`list(?:\s+everything)?(?:\s+here)?\W*`, () => ({ type: "list", pattern: "*" })),
  rule(
    String.raw`(?:read|show(?:\s+me)?|open|print|display)\s+(?:the\s+)?lines?\s+(?<from>\d+)(?:\s*(?:-|to|through|until)\s*(?<until>\d+))?\s+(?:of|in|from)\s+(?:the\s+)?(?:file\s+)?${PATH}`,
    ({ from, until, path }) => {
      const file = cleanPath(path ?? "");
      if (file === undefined) return undefined;
      const offset = Math.max(Number(from), 1);
      return { type: "read", path: file, offset, limit: Math.max(Number(until ?? from) - offset + 1, 1) };
    },
  ),
  rule(
    String.raw`(?:tell|say|report|give|show)\s+me\s+(?:what\s+)?(?:its|the|their|his|her)\s+(?<subject>.+?)(?:\s+is)?[?.!]*`,
    tell,
  ),
  rule(String.raw`what(?:'s|\s+is|\s+are)\s+(?:its|the|their)\s+(?<subject>[\w\s-]+?)[?.!]*`, tell),
  rule(
    String.raw`(?:(?:tell\s+me\s+)?how\s+many|count\s+(?:its|the))\s+(?<subject>.+?)[?.!]*`,
    ({ subject }) =>
      tell({ subject: `number of ${subject?.replace(/\s+(?:does|it|are|has|there|have).*$/, "") ?? ""}` }),
  ),
  rule(
    String.raw`(?:read|show(?:\s+me)?|open|print|cat|display|summari[sz]e|explain|what(?:'s|\s+is)\s+in)\s+(?:the\s+)?(?:contents?\s+of\s+)?(?:the\s+)?(?:file\s+)?${PATH}(?:\s+file)?[?.!]*`,
    ({ path }) => {
      const file = cleanPath(path ?? "");
      return file === undefined
        ? undefined
        : { type: "read", path: /^readme$/i.test(file) ? "README.md" : file };
    },
  ),
];

/** What a prompt asks for, in order; what is not understood is left out. */
export function understand(prompt: string): Task[] {
  const tasks: Task[] = [];
  let file: string | undefined;
  for (const clause of splitClauses(prompt)) {
    const opened = /^(?:edit|change|in)\s+(?:the\s+)?(?:file\s+)?(\S+)$/i.exec(clause);
    if (opened !== null) file = cleanPath(opened[1] ?? "") ?? file;
    const task = opened === null ? understandClause(clause, file) : undefined;
    if (task === undefined) continue;
    if ("path" in task && task.path !== undefined && task.type !== "list" && task.type !== "search")
      file = task.path;
    tasks.push(task);
  }
  // A question needs something to be asked about.
  return tasks.filter((task, index) => task.type !== "tell" || index > 0);
}

function understandClause(clause: string, file: string | undefined): Task | undefined {
  for (const { pattern, task } of RULES) {
    const match = pattern.exec(clause);
    const made = match === null ? undefined : task(match.groups ?? {}, file);
    if (made !== undefined) return made;
  }
  return undefined;
}

function write({ path, content }: Groups): Task | undefined {
  const file = cleanPath(path ?? "");
  return file === undefined ? undefined : { type: "write", path: file, content: unquote(content ?? "") };
}

function search({ text, path }: Groups): Task | undefined {
  const wanted = unquote((text ?? "").replace(/[?.!]+$/, ""));
  const where = path === undefined ? undefined : cleanPath(path);
  return wanted === ""
    ? undefined
    : { type: "search", text: wanted, ...(where === undefined ? {} : { path: where }) };
}

function tell({ subject }: Groups): Task | undefined {
  const words = (subject ?? "").trim().toLowerCase();
  return words === "" ? undefined : { type: "tell", subject: words };
}

function globFor(name: string): string {
  return name.includes("/") ? name : `**/${name}`;
}

/** A path without quotes, a leading `@`, or the punctuation of the sentence; undefined when nothing is left. */
function cleanPath(raw: string): string | undefined {
  const path = unquote(raw.trim().replace(/[,:;?!]+$|\.$/g, "")).replace(/^@/, "");
  return path === "" ? undefined : path;
}

function unquote(raw: string): string {
  const text = raw.trim();
  const fence = /^```[^\n]*\n([\s\S]*?)\n?```$/.exec(text);
  if (fence?.[1] !== undefined) return fence[1];
  return /^([`"'])([\s\S]*)\1$/.exec(text)?.[2] ?? text;
}
