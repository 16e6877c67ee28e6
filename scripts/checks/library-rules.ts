import { Visitor } from "oxc-parser";
import { isTestFile, jsonDoors, programs } from "./boundaries.ts";
import type { Problem } from "./problem.ts";
import type { SourceFile } from "./source-file.ts";

/** What a published source file may not do; `name` is its path below `packages/`. */
export function libraryProblems(source: SourceFile, name: string): Problem[] {
  const problems = defaultExports(source);
  if (isTestFile(name) || !name.includes("/src/")) return problems;
  if (!jsonDoors.some((door) => door.test(name))) problems.push(...uses(source, parsesJson));
  if (!programs.test(name)) problems.push(...uses(source, talksToProcess), ...workAtImport(source));
  return problems;
}

function defaultExports({ file, parsed, lineAt }: SourceFile): Problem[] {
  return parsed.module.staticExports
    .flatMap((statement) => statement.entries)
    .filter(({ exportName }) => {
      const kind: string = exportName.kind;
      return kind === "Default" || exportName.name === "default";
    })
    .map(({ start }) => ({ file, line: lineAt(start), message: "default export: give it a name" }));
}

type Judge = (object: string, property: string) => string | undefined;

const parsesJson: Judge = (object, property) =>
  object === "JSON" && property === "parse"
    ? "JSON.parse outside the readers named in scripts/checks/boundaries.ts"
    : undefined;

const talksToProcess: Judge = (object, property) => {
  if (object === "console") return "a library does not use console";
  return object === "process" && property === "exit" ? "a library does not use process.exit" : undefined;
};

/** Looks at every `object.property` of a file. */
function uses({ file, parsed, lineAt }: SourceFile, judge: Judge): Problem[] {
  const problems: Problem[] = [];
  new Visitor({
    MemberExpression({ object, property, start }) {
      if (object.type !== "Identifier" || property.type !== "Identifier") return;
      const message = judge(object.name, property.name);
      if (message) problems.push({ file, line: lineAt(start), message });
    },
  }).visit(parsed.program);
  return problems;
}

/** State that all users of a module would share, and things done merely because it was imported. */
function workAtImport({ file, parsed, lineAt }: SourceFile): Problem[] {
  return parsed.program.body.flatMap((statement) => {
    const inner = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (inner?.type === "VariableDeclaration" && (inner.kind === "let" || inner.kind === "var")) {
      return [{ file, line: lineAt(statement.start), message: "state at import: keep it in a factory" }];
    }
    if (inner?.type !== "ExpressionStatement" || inner.directive) return [];
    return [{ file, line: lineAt(statement.start), message: "does something when it is imported" }];
  });
}
