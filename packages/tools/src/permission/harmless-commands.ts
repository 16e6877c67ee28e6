import type { ShellCommand } from "../shell/analyse.ts";
import { goesThroughFiles } from "../shell/git-contents.ts";
import { keepsSecrets, repositoryRunsNothing } from "../shell/git.ts";
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
  const git = shell.commands.filter(({ words }) => baseName(words[0]) === "git");
  const gitIsSafe = git.length > 0 && !shell.changesFolder && (await repositoryRunsNothing(cwd));
  const showing = gitIsSafe ? git.filter(({ words }) => goesThroughFiles(words.slice(1))) : [];
  const isSecret = (path: string): boolean => sensitive.reading(path) !== undefined;
  const revealing = new Set(showing.length > 0 && (await keepsSecrets(cwd, isSecret)) ? showing : []);
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
