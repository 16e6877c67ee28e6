import { splitClauses } from "./clauses.ts";
import { RULES } from "./rules/index.ts";
import { isSmallTalk } from "./small-talk.ts";
import type { Task } from "./task.ts";
import { cleanPath } from "./words.ts";

/** What a prompt asks for, in order. Empty when nothing in it is understood; parts that are not are tasks of their own. */
export function understand(prompt: string): Task[] {
  const tasks: Task[] = [];
  let file: string | undefined;
  for (const clause of joinPlaces(splitClauses(prompt))) {
    if (typeof clause !== "string") {
      file = clause.file;
      continue;
    }
    const made = understandClause(clause, file);
    file = made.map(fileOf).findLast((path) => path !== undefined) ?? file;
    tasks.push(...made);
  }
  // A question needs something to be asked about.
  const asked = tasks.filter((task, index) => task.type !== "tell" || index > 0);
  return asked.some((task) => task.type !== "unknown") ? asked : [];
}

/** "In a.txt, replace …" and "edit a.txt and replace …" name the file in a clause of its own. */
function joinPlaces(clauses: readonly string[]): (string | { file: string | undefined })[] {
  const joined: (string | { file: string | undefined })[] = [];
  let place = "";
  for (const [index, clause] of clauses.entries()) {
    const next = clauses[index + 1];
    const match = /^(?<verb>edit|change|update|in)\s+(?:the\s+)?(?:file\s+|folder\s+)?(?<path>\S+)$/i.exec(
      clause,
    );
    const { verb = "", path = "" } = match?.groups ?? {};
    if (match !== null && next !== undefined && /^(?:replace|change|rename|swap)\b/i.test(next)) {
      joined.push({ file: cleanPath(path) });
    } else if (next !== undefined && /^in$/i.test(verb)) {
      place = ` in ${path}`;
    } else {
      joined.push(clause + place);
      place = "";
    }
  }
  return joined;
}

function understandClause(clause: string, file: string | undefined): readonly Task[] {
  for (const { pattern, task } of RULES) {
    const match = pattern.exec(clause);
    const made = match === null ? undefined : task(match.groups ?? {}, file);
    if (made !== undefined) return "type" in made ? [made] : made;
  }
  return isSmallTalk(clause) ? [] : [{ type: "unknown", text: clause }];
}

function fileOf(task: Task): string | undefined {
  switch (task.type) {
    case "read":
    case "edit":
    case "write":
    case "append":
      return task.path;
    default:
      return undefined;
  }
}
