import { cleanPath, looksLikeFile, PATH } from "../words.ts";
import type { Task } from "../task.ts";
import { readTask } from "./read.ts";
import { rule, type Groups, type Rule } from "./rule.ts";

const FIELD = String.raw`(?<subject>[\w-]+(?: [\w-]+)?)`;
const PROJECT = String.raw`(?:this|the|my|our) (?:project|package|app|repo|repository)`;
const WHAT = String.raw`(?:what(?:'s| is| are)|tell me|give me|show me|get(?: me)?)`;

/** Questions about what is in files, and about the result of the task before. */
export const askRules: readonly Rule[] = [
  rule(
    String.raw`(?:tell me |count )?(?:how many|the number of)? ?lines (?:does|are in|in|of|has) (?:the )?(?:file )?${PATH}(?: have| has)?\W*`,
    ({ path }) => asks(path, "number of lines"),
  ),
  rule(
    String.raw`(?:how many|count(?: the)?) files(?: (?:are|do (?:we|i|you) have|exist))?(?: (?:here|there))?(?: in (?:the )?(?:(?:this|current) \w+|(?<path>\S+?)(?: folder)?))?\W*`,
    ({ path }) => {
      const where = cleanPath(path ?? "");
      return [
        { type: "list", pattern: "*", ...(where === undefined ? {} : { path: where }) },
        { type: "tell", subject: "number of files" },
      ];
    },
  ),
  rule(
    String.raw`${WHAT} (?:the )?${FIELD} (?:in|of|from) (?:the )?(?:file )?${PATH}(?: file)?`,
    ({ subject = "", path = "" }) => {
      if (!looksLikeFile(path) || /^(?:what|how|why)\b/i.test(subject)) return undefined;
      const isAll = /\b(?:contents?|text|summary|overview)$/i.test(subject);
      return isAll ? readTask(path) : asks(path, subject.toLowerCase());
    },
  ),
  rule(
    String.raw`${WHAT} (?:the )?(?<subject>name|version|license|description) of ${PROJECT}\W*`,
    ({ subject = "" }) => asks("package.json", subject.toLowerCase()),
  ),
  rule(String.raw`(?:what(?:'s| is)|tell me) ${PROJECT}(?: about)?\W*`, () => readTask("README.md")),
  rule(
    String.raw`(?:what(?:'s| is| does)|(?:tell|show) me what(?:'s| is)) (?:in |inside )?(?:the )?(?:contents? of )?(?:the )?(?:file )?${PATH}(?: file)?(?: (?:say|contain|hold|do))?\W*`,
    ({ path = "" }) => (looksLikeFile(path) ? readTask(path) : undefined),
  ),
  rule(
    String.raw`(?:(?:tell|say|report|give|show) me|what(?:'s| is| are)) (?:what )?(?:its|the|their|his|her) (?<subject>[\w\s-]+?)(?: is)?[?.!]*`,
    tell,
  ),
  rule(String.raw`(?:(?:tell me )?how many|count (?:its|the)) (?<subject>[\w\s-]+?)[?.!]*`, ({ subject }) =>
    tell({ subject: `number of ${subject?.replace(/\s+(?:does|it|are|has|there|have).*$/, "") ?? ""}` }),
  ),
];

function asks(path: string | undefined, subject: string): readonly Task[] | undefined {
  const read = readTask(path);
  return read === undefined ? undefined : [read, { type: "tell", subject }];
}

function tell({ subject }: Groups): Task | undefined {
  const words = (subject ?? "").trim().toLowerCase();
  return words === "" ? undefined : { type: "tell", subject: words };
}
