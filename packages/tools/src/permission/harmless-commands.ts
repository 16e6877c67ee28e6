import type { ShellCommand } from "../shell/analyse.ts";
import { repositoryRunsNothing } from "../shell/git.ts";
import { onlyReads } from "../shell/read-only.ts";
import { baseName } from "../shell/words.ts";
import { SHOWING } from "../shell/readers.ts";
import { searchOf } from "../shell/searches.ts";
import type { CallFacts } from "./call-facts.ts";
import type { DecisionPlace } from "./decision-place.ts";
import { findsSecrets } from "./secrets-below.ts";

/** Which commands of a call only read. */
export async function harmlessCommands(
  facts: CallFacts,
  { cwd, sensitive }: DecisionPlace,
): Promise<(command: ShellCommand) => boolean> {
  const shell = facts.shell;
  // Tokens are kept in variables of the environment.
  if (!shell || shell.environment.size > 0) return () => false;
  const usesGit = shell.commands.some(({ words }) => baseName(words[0]) === "git");
  const gitIsSafe = usesGit && !shell.changesFolder && (await repositoryRunsNothing(cwd));
  const revealing = new Set<ShellCommand>();
  for (const { by, real, isFolder } of [...facts.paths, ...facts.matches]) {
    if (!by || !isFolder || revealing.has(by)) continue;
    const search = SHOWING.has(baseName(by.words[0])) ? searchOf(by.words, shell.variables) : undefined;
    if (search && (await findsSecrets(real, sensitive, search))) revealing.add(by);
  }
  const judge = (command: ShellCommand): boolean => {
    if (revealing.has(command)) return false;
    if (baseName(command.words[0]) === "git" && !gitIsSafe) return false;
    return onlyReads(command, (inner) => {
      const found = shell.commands.find(({ words }) => words === inner);
      return found !== undefined && judge(found);
    });
  };
  return judge;
}
