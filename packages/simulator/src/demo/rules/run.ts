import { unquote } from "../words.ts";
import type { Task } from "../task.ts";
import { rule, type Rule } from "./rule.ts";

/** Programs whose name at the beginning of a sentence makes it a command. In lower case only. */
const COMMANDS =
  /^(?<command>(?:git|npm|npx|pnpm|yarn|node|python3?|pip|cargo|docker|pwd|date|whoami|echo|uname|wc|head|tail|tree|df|du|touch|mkdir|ls)(?:\s+[\s\S]+|$))$/;

/** Commands to run. */
export const runRules: readonly Rule[] = [
  rule(String.raw`(?:run|execute|start) (?:(?:all|the|my|unit) )*tests?\W*`, () => ({
    type: "run",
    command: "npm test",
  })),
  rule(
    String.raw`(?:run|execute) (?:(?:the )?(?:following )?(?:shell |bash )?command:? )?(?<command>.+)`,
    ({ command }) => runTask(command),
  ),
  rule(String.raw`[$!]\s*(?<command>.+)`, ({ command }) => runTask(command)),
  rule(
    String.raw`what(?:'s| is)? (?:the )?(?:current )?(?:time|date|day)(?: is it)?(?: now| today)?\W*`,
    () => ({
      type: "run",
      command: "date",
    }),
  ),
  {
    pattern: COMMANDS,
    // `ls src` is a list; with options it is a command.
    task: ({ command = "" }) => (/^ls(?:\s+[^-\s]\S*)?$/.test(command) ? undefined : runTask(command)),
  },
];

function runTask(said = ""): Task | undefined {
  // A point ends the sentence when it stands right behind a word or a quote: that of `git add .` does not.
  const command = unquote(said.trim().replace(/(?<=[\w`"'])[.!?]+$/, ""));
  return command === "" ? undefined : { type: "run", command };
}
