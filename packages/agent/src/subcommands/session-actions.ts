import { UsageError } from "../errors.ts";

/** Something that `zotpilot sessions` can do. */
interface ActionDescription {
  /** What stands behind its name. */
  readonly usage: string;
  readonly summary: string;
  /** How many words it takes, at least and at most. */
  readonly words: readonly [number, number];
  /** What is missing when there are too few. */
  readonly needs?: string;
  /** The options that mean something to it, as on the command line. */
  readonly options: readonly string[];
}

const session = "a session: its id or the beginning of it, or its name";
const any = Infinity;

/** What `zotpilot sessions` can do, in the order of its help. */
export const sessionActions = {
  list: {
    usage: "",
    summary: "the conversations of this folder, the last first",
    words: [0, 0],
    options: [],
  },
  tree: {
    usage: "",
    summary: "the same, forks below what they were forked from",
    words: [0, 0],
    options: [],
  },
  show: {
    usage: "<session>",
    summary: "all that was said in it",
    words: [1, 1],
    needs: session,
    options: [],
  },
  search: {
    usage: "<text>",
    summary: "where a text was said",
    words: [1, any],
    needs: "a text",
    options: [],
  },
  rename: {
    usage: "<session> <name>",
    summary: 'give it a name; "" takes the name away',
    words: [2, any],
    needs: "a session and its new name",
    options: [],
  },
  fork: {
    usage: "<session> [--at <entry>]",
    summary: "copy it, up to an entry as show lists them",
    words: [1, 1],
    needs: session,
    options: ["--at"],
  },
  delete: { usage: "<session>", summary: "delete it", words: [1, 1], needs: session, options: [] },
  export: {
    usage: "<session> [file] [--force]",
    summary: "write it into one file for another machine; --force replaces one",
    words: [1, 2],
    needs: session,
    options: ["--force"],
  },
  import: {
    usage: "<file>",
    summary: "make a session of such a file, or of one of zot's",
    words: [1, 1],
    needs: "a file",
    options: [],
  },
  prune: {
    usage: "--older-than <days> | --keep <n> | --max-size <MB> [--dry-run]",
    summary: "delete old ones; those with a name are kept",
    words: [0, 0],
    options: ["--older-than", "--keep", "--max-size", "--dry-run"],
  },
} as const satisfies Record<string, ActionDescription>;

/** One of {@link sessionActions}. */
export type SessionAction = keyof typeof sessionActions;

/** Throws a {@link UsageError} for an action that does not exist, words that are missing or too many, and options of another action. */
export function checkSessionAction(
  asked: string,
  words: readonly string[],
  given: readonly string[],
): SessionAction {
  const name = (Object.keys(sessionActions) as SessionAction[]).find((one) => one === asked);
  if (name === undefined) {
    const offer = Object.keys(sessionActions).join(", ");
    throw new UsageError(`sessions has no action "${asked}"; there are ${offer}.`);
  }
  const { words: bounds, options, ...action }: ActionDescription = sessionActions[name];
  const [least, most] = bounds;
  // An empty word is what an unset variable leaves behind; only a name may be empty, to take it away.
  const isGiven = words.length >= least && words[0] !== "";
  if (least > 0 && !isGiven) throw new UsageError(`sessions ${name} needs ${action.needs ?? "more words"}.`);
  if (words.length > most) {
    throw new UsageError(`sessions ${name} does not know what to do with "${words[most]}".`);
  }
  const other = given.find((option) => !options.includes(option));
  if (other !== undefined) throw new UsageError(`sessions ${name} has no option ${other}.`);
  return name;
}

/** The actions as lines of the help. */
export function sessionActionsHelp(): string {
  const rows = Object.entries(sessionActions).map(([name, { usage, summary }]) => [
    `${name} ${usage}`,
    summary,
  ]);
  const width = 36;
  const lines = rows.map(([left = "", right = ""]) =>
    left.length > width ? `  ${left}\n  ${" ".repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
  );
  return `\nActions:\n${lines.join("\n")}\n\nWith --json each line is JSON. Conversations with the demo are kept apart: zotpilot --demo sessions.`;
}
