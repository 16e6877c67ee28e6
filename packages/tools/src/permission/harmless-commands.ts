import { baseName, type ShellCommand } from "../shell/analyse.ts";
import { repositoryRunsNothing } from "../shell/git.ts";
import { onlyReads } from "../shell/read-only.ts";
import { sameWords } from "../shell/words.ts";
import type { CallFacts } from "./call-facts.ts";

/** Which commands of a call only read. */
export async function harmlessCommands(
  facts: CallFacts,
  cwd: string,
): Promise<(command: ShellCommand) => boolean> {
  const shell = facts.shell;
  // Tokens are kept in variables of the environment.
  if (!shell || shell.environment.size > 0) return () => false;
  const usesGit = shell.commands.some(({ words }) => baseName(words[0]) === "git");
  const gitIsSafe = usesGit && !shell.changesFolder && (await repositoryRunsNothing(cwd));
  const judge = (command: ShellCommand): boolean => {
    if (baseName(command.words[0]) === "git" && !gitIsSafe) return false;
    return onlyReads(command, (inner) => {
      const found = shell.commands.find(({ words }) => sameWords(words, inner));
      return found !== undefined && judge(found);
    });
  };
  return judge;
}
