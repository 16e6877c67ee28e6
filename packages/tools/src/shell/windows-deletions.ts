import type { DeletionProblem } from "./deletions.ts";

const WINDOWS_DELETES =
  /(^|[\s;&|({'"])(remove-item|ri|rm|del|erase|rd|rmdir|clear-content|clear-item|clear-recyclebin|format|format-volume|diskpart|clear-disk|remove-partition)(\.exe)?([\s'"]|$)|\.delete\(|\[(system\.)?io\.(file|directory)\]::delete/i;
const WINDOWS_ROOTS =
  /(^|[\s"'=,(])(([a-z]:|\\\\[?.]\\[a-z]:)?[\\/]+\*?(\.\*)?|[a-z]:\*?|~[\\/]?\*?|\$home[\\/]?\*?|\$\{?env:(userprofile|homedrive|systemdrive|homepath|systemroot|windir|programfiles)\}?[\\/]?\*?|%(userprofile|homedrive|systemdrive|systemroot|homepath|windir)%[\\/]?\*?|[a-z]:\\(users|windows)([\\/][^\\/\s"']*)?[\\/]?\*?)["']?([\s;,)|&]|$)/i;

/** The same for text that PowerShell or cmd runs, whose grammar is not known here. */
export function windowsDeletionProblem(source: string): DeletionProblem | undefined {
  // A back tick is how PowerShell hides letters, a caret how cmd does.
  const text = source.replaceAll(/[`^]/g, "");
  if (!WINDOWS_DELETES.test(text)) return undefined;
  if (WINDOWS_ROOTS.test(text))
    return { verdict: "refuse", reason: "it would delete a drive or a home folder" };
  return { verdict: "ask", reason: "it deletes something, and it cannot be told what" };
}
