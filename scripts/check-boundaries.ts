// Keeps the packages apart: which may import which, and what a library may not do.
// The tables are in checks/boundaries.ts. Run it with `node scripts/check-boundaries.ts`.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { arrows, isTestFile, lists } from "./checks/boundaries.ts";
import { importProblem } from "./checks/import-rules.ts";
import { libraryProblems } from "./checks/library-rules.ts";
import { listPackages, type WorkspacePackage } from "./checks/packages.ts";
import { isMain, reportProblems, type Problem } from "./checks/problem.ts";
import { readSource, type SourceFile } from "./checks/source-file.ts";
import { typescriptFiles } from "./checks/walk.ts";

/** Looks at every package below `root/packages`. */
export async function checkBoundaries(root: string): Promise<Problem[]> {
  const packages = await listPackages(root);
  const found = await Promise.all(packages.map((each) => checkPackage(root, each)));
  return found.flat();
}

async function checkPackage(root: string, pkg: WorkspacePackage): Promise<Problem[]> {
  const { shortName, folder } = pkg;
  if (!arrows[shortName]) {
    const message = `packages/${shortName} has no row in scripts/checks/boundaries.ts`;
    return [{ file: path.join(folder, "package.json"), line: 1, message }];
  }
  const problems: Problem[] = [];
  const sources = new Map<string, SourceFile>();
  for (const file of await typescriptFiles(folder)) {
    const source = await readSource(file);
    const name = path.relative(path.join(root, "packages"), file).replaceAll(path.sep, "/");
    sources.set(name, source);
    for (const imported of source.imports) {
      const message = importProblem(imported, { name, pkg });
      if (message) problems.push({ file, line: imported.line, message });
    }
    problems.push(...libraryProblems(source, name));
  }
  return [...problems, ...forgottenFiles(sources)];
}

/** Files of a list that its index does not import. */
function forgottenFiles(sources: ReadonlyMap<string, SourceFile>): Problem[] {
  return lists.flatMap(({ files, index }) => {
    const listed = new Set(
      sources
        .get(index)
        ?.imports.map(({ specifier }) => path.posix.join(path.posix.dirname(index), specifier)),
    );
    return [...sources]
      .filter(([name]) => files.test(name) && name !== index && !isTestFile(name) && !listed.has(name))
      .map(([, { file }]) => ({ file, line: 1, message: `is missing in packages/${index}` }));
  });
}

if (isMain(import.meta.url)) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  reportProblems("boundaries", root, await checkBoundaries(root));
}
