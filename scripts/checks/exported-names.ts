import { existsSync } from "node:fs";
import path from "node:path";
import { readSource, type SourceFile } from "./source-file.ts";

/** A name an entry file exports, and the place it is declared at. */
export type ExportedName = { name: string; file: string; line: number; documented: boolean };

/** All names a module exports, re-exports followed to their declarations within the same package. */
export async function exportedNames(file: string): Promise<ExportedName[]> {
  const source = await readSource(file);
  const found: ExportedName[] = [];
  for (const { start, moduleRequest, importName, exportName, localName } of entriesIn(source)) {
    const name = exportName.name ?? "default";
    const kind: string = importName.kind;
    if (moduleRequest && !moduleRequest.value.startsWith(".")) continue;
    if (moduleRequest && kind === "AllButDefault") {
      found.push(...(await exportedNames(resolve(file, moduleRequest.value))));
    } else if (moduleRequest && kind === "All") {
      found.push({ name, file, line: source.lineAt(start), documented: isDocumentedAt(source, start) });
    } else if (moduleRequest) {
      found.push(await declarationOf(resolve(file, moduleRequest.value), importName.name ?? "default", name));
    } else {
      found.push(await localDeclaration(source, localName.name ?? "default", name));
    }
  }
  return found;
}

function entriesIn(source: SourceFile) {
  return source.parsed.module.staticExports.flatMap((statement) => statement.entries);
}

async function declarationOf(file: string, name: string, shownAs: string): Promise<ExportedName> {
  const all = await exportedNames(file);
  const declaration = all.find((each) => each.name === name);
  if (!declaration) throw new Error(`${file} does not export ${name}`);
  return { ...declaration, name: shownAs };
}

/** A name declared in this file, or imported into it and exported again. */
async function localDeclaration(source: SourceFile, name: string, shownAs: string): Promise<ExportedName> {
  const { file, parsed } = source;
  for (const statement of parsed.module.staticImports) {
    const entry = statement.entries.find(({ localName }) => localName.value === name);
    if (!entry) continue;
    const { value: specifier } = statement.moduleRequest;
    // What another package declares is documented there.
    if (!specifier.startsWith("."))
      return { name: shownAs, file, line: source.lineAt(entry.localName.start), documented: true };
    return declarationOf(resolve(file, specifier), entry.importName.name ?? "default", shownAs);
  }
  const starts = declarationStarts(source, name);
  return {
    name: shownAs,
    file,
    line: source.lineAt(starts[0] ?? 0),
    // A value and a type of one name need one comment between them, an overloaded function too.
    documented: starts.some((start) => isDocumentedAt(source, start)),
  };
}

function declarationStarts({ parsed }: SourceFile, name: string): number[] {
  return parsed.program.body
    .filter((statement) => {
      const isExport =
        statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
      const declaration = isExport ? statement.declaration : statement;
      if (!declaration) return false;
      if (declaration.type === "VariableDeclaration") {
        return declaration.declarations.some(({ id }) => id.type === "Identifier" && id.name === name);
      }
      return "id" in declaration && declaration.id?.type === "Identifier" && declaration.id.name === name;
    })
    .map((statement) => statement.start);
}

/** True when a doc comment ends right above this place. */
function isDocumentedAt({ parsed, text }: SourceFile, start: number): boolean {
  return parsed.comments.some(
    (comment) =>
      comment.type === "Block" &&
      comment.value.startsWith("*") &&
      comment.value.replaceAll("*", "").trim() !== "" &&
      comment.end <= start &&
      text.slice(comment.end, start).trim() === "",
  );
}

function resolve(from: string, specifier: string): string {
  const file = path.resolve(path.dirname(from), specifier);
  if (!existsSync(file)) throw new Error(`${from} imports ${specifier}, which does not exist`);
  return file;
}
