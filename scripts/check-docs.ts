// Every public export says what it promises, every package shows how it is used, and links lead somewhere.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readExamples } from "./checks/examples.ts";
import { exportedNames } from "./checks/exported-names.ts";
import { brokenLinks } from "./checks/links.ts";
import { entriesOf, listPackages, type WorkspacePackage } from "./checks/packages.ts";
import { isMain, reportProblems, type Problem } from "./checks/problem.ts";

/** Looks at every package below `root/packages`, and at the links of all Markdown files. */
export async function checkDocs(root: string): Promise<Problem[]> {
  const packages = await listPackages(root);
  const found = await Promise.all([
    ...packages.flatMap((each) => [checkComments(each), checkReadme(each)]),
    brokenLinks(root),
  ]);
  return found.flat();
}

async function checkComments({ folder, manifest }: WorkspacePackage): Promise<Problem[]> {
  const problems = new Map<string, Problem>();
  for (const { specifier, source } of entriesOf(manifest)) {
    if (source === undefined) {
      const message = `${specifier} has no "@zotpilot/source" condition`;
      problems.set(specifier, { file: path.join(folder, "package.json"), line: 1, message });
      continue;
    }
    for (const { name, file, line, documented } of await exportedNames(path.join(folder, source))) {
      if (documented) continue;
      const message = `${name} is exported by ${specifier} and has no /** … */ above its declaration`;
      problems.set(`${file}:${line}`, { file, line, message });
    }
  }
  return [...problems.values()];
}

async function checkReadme({ folder, manifest }: WorkspacePackage): Promise<Problem[]> {
  const file = path.join(folder, "README.md");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return [{ file, line: 1, message: `${manifest.name} has no README.md` }];
  if (readExamples(text).length > 0) return [];
  return [{ file, line: 1, message: "no example: mark a ```ts block with <!-- example: run --> above it" }];
}

if (isMain(import.meta.url)) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  reportProblems("documentation", root, await checkDocs(root));
}
