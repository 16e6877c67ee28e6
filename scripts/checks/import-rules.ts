import { builtinModules } from "node:module";
import path from "node:path";
import { arrows, bundled, EVERY_SIBLING, isTestFile, layers, testTools } from "./boundaries.ts";
import type { WorkspacePackage } from "./packages.ts";
import type { ImportedModule } from "./source-file.ts";

/** The file that imports; `name` is its path below `packages/`, with forward slashes. */
export type Importer = { name: string; pkg: WorkspacePackage };

/** What is wrong with an import, or undefined. */
export function importProblem(imported: ImportedModule, importer: Importer): string | undefined {
  for (const rule of [arrowProblem, relativeProblem, dependencyProblem, layerProblem]) {
    const problem = rule(imported, importer);
    if (problem) return problem;
  }
  return undefined;
}

function arrowProblem({ specifier }: ImportedModule, { name, pkg }: Importer): string | undefined {
  if (!specifier.startsWith("@zotpilot/")) return undefined;
  const isTest = isTestFile(name);
  const isItself = specifier === pkg.manifest.name || specifier.startsWith(`${pkg.manifest.name}/`);
  if (isItself) return isTest ? undefined : `imports itself by name: use a relative path`;
  const { source = [], tests = [] } = arrows[pkg.shortName] ?? {};
  const allowed = isTest ? [...source, ...tests] : source;
  if (source === EVERY_SIBLING || allowed.includes(specifier)) return undefined;
  const list = allowed.length > 0 ? allowed.join(", ") : "no sibling";
  return `${pkg.manifest.name} may not import ${specifier}${isTest ? " in tests" : ""} (allowed: ${list})`;
}

function relativeProblem({ specifier }: ImportedModule, { name, pkg }: Importer): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const target = resolved(specifier, name);
  if (!target.startsWith(`${pkg.shortName}/`)) return `${specifier} leaves the package`;
  if (isTestFile(target) && !isTestFile(name)) return `${specifier} belongs to the tests`;
  return undefined;
}

function dependencyProblem({ specifier }: ImportedModule, { name, pkg }: Importer): string | undefined {
  if (specifier.startsWith(".") || specifier.startsWith("node:")) return undefined;
  const wanted = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (builtinModules.includes(wanted)) return `write node:${specifier}`;
  const isTest = isTestFile(name);
  if (wanted === pkg.manifest.name || (isTest && testTools.has(wanted))) return undefined;
  const { dependencies, peerDependencies, devDependencies } = pkg.manifest;
  const published = { ...dependencies, ...peerDependencies };
  const listed = isTest || bundled.has(pkg.shortName) ? { ...published, ...devDependencies } : published;
  return wanted in listed ? undefined : `${wanted} is not among the dependencies of ${pkg.manifest.name}`;
}

function layerProblem(
  { specifier, isType, isDynamic }: ImportedModule,
  { name }: Importer,
): string | undefined {
  if (isTestFile(name)) return undefined;
  const target = specifier.startsWith(".") ? resolved(specifier, name) : specifier;
  const layer = layers.find(
    ({ files, mayNotImport, typesMayPass, dynamicMayPass }) =>
      files.test(name) &&
      mayNotImport.test(target) &&
      !(isType && typesMayPass) &&
      !(isDynamic && dynamicMayPass),
  );
  return layer && `${name} may not import ${specifier}: ${layer.because}`;
}

/** The path below `packages/` that a relative specifier leads to. */
function resolved(specifier: string, from: string): string {
  return path.posix.join(path.posix.dirname(from), specifier);
}
