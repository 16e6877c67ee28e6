import { readFile } from "node:fs/promises";
import { parseSync, Visitor, type ParseResult } from "oxc-parser";

/** One `import`, `export … from`, `import()` or type import. */
export type ImportedModule = { specifier: string; line: number; isType: boolean; isDynamic: boolean };

/** A source file as the checks look at it. */
export type SourceFile = {
  file: string;
  text: string;
  parsed: ParseResult;
  imports: ImportedModule[];
  lineAt: (offset: number) => number;
};

/** Reads and parses a file; throws when it is not valid TypeScript. */
export async function readSource(file: string): Promise<SourceFile> {
  const text = await readFile(file, "utf8");
  const parsed = parseSync(file, text);
  const [error] = parsed.errors;
  if (error) throw new Error(`${file}: ${error.message}`);
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  return { file, text, parsed, lineAt, imports: findImports(parsed, text, lineAt) };
}

function findImports(
  { module, program }: ParseResult,
  text: string,
  lineAt: (offset: number) => number,
): ImportedModule[] {
  const found = new Map<number, ImportedModule>();
  const add = (specifier: string, start: number, isType: boolean, isDynamic = false) =>
    found.set(start, { specifier, line: lineAt(start), isType, isDynamic });
  for (const { moduleRequest, entries } of module.staticImports) {
    const isType = entries.length > 0 && entries.every((entry) => entry.isType);
    add(moduleRequest.value, moduleRequest.start, isType);
  }
  for (const { entries } of module.staticExports) {
    const isType = entries.every((entry) => entry.isType);
    for (const { moduleRequest } of entries) {
      if (moduleRequest) add(moduleRequest.value, moduleRequest.start, isType);
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    // A computed specifier is left alone: nothing can be said about it here.
    const literal = /^(["'`])([^$]*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[2]) add(literal[2], moduleRequest.start, false, true);
  }
  new Visitor({
    TSImportType({ source }) {
      if (source.type === "Literal") add(source.value, source.start, true);
    },
  }).visit(program);
  return [...found.values()].toSorted((a, b) => a.line - b.line);
}
