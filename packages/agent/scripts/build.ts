// Bundles the program with everything it needs, so that an installed zotpilot starts fast and has no
// dependencies of its own. Dynamic imports stay separate files: `--version` must not load the chat.
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown, type OutputChunk, type Plugin } from "rolldown";
import { emitDeclarations } from "./declarations.ts";
import { thirdPartyLicenses } from "./licenses.ts";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const distFolder = path.join(packageFolder, "dist");

/** Used only where they are installed: the keychain's addon, the sandbox for commands, and ripgrep's program. */
const optional = new Set(["@napi-rs/keyring", "@anthropic-ai/sandbox-runtime", "@vscode/ripgrep"]);

const entries = { index: "src/index.ts", bin: "src/bin.ts" };

/** Ink imports its developer tools only when DEV=true; the bundle carries an empty module instead. */
const withoutDevtools: Plugin = {
  name: "without-devtools",
  resolveId: (id) => (id === "react-devtools-core" ? "\0react-devtools-core" : null),
  load: (id) => (id === "\0react-devtools-core" ? "export default {};" : null),
};

async function bundleProgram(): Promise<OutputChunk[]> {
  const input = Object.fromEntries(
    Object.entries(entries).filter(([, file]) => existsSync(path.join(packageFolder, file))),
  );
  const bundle = await rolldown({
    cwd: packageFolder,
    input,
    platform: "node",
    plugins: [withoutDevtools],
    external: [...optional],
    // Siblings are bundled from their sources, whatever state their dist folders are in.
    resolve: { conditionNames: ["@zotpilot/source", "node", "import", "module", "default"] },
    transform: { define: { "process.env.NODE_ENV": '"production"' } },
    onLog(level, log) {
      if (level === "warn" && log.code === "UNRESOLVED_IMPORT") throw new Error(log.message);
      if (level === "warn") console.warn(log.message);
    },
  });
  try {
    const { output } = await bundle.generate({
      format: "esm",
      minify: true,
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
    });
    return output.filter((part) => part.type === "chunk");
  } finally {
    await bundle.close();
  }
}

/** Everything left to import must be part of Node: nothing else will be there after `npm install`. */
function assertSelfContained(chunks: readonly OutputChunk[]): void {
  const own = new Set(chunks.map((chunk) => chunk.fileName));
  for (const chunk of chunks) {
    const foreign = [...chunk.imports, ...chunk.dynamicImports].filter(
      (id) => !own.has(id) && !id.startsWith("node:") && !optional.has(id),
    );
    // Packages written for old Node say "fs" for "node:fs".
    const missing = foreign.filter((id) => !process.getBuiltinModule(id));
    if (missing.length > 0)
      throw new Error(`${chunk.fileName} would import ${missing.join(", ")} at run time`);
  }
}

/** What it imported would be read before it can ask how old Node is. */
function assertStartsAnywhere(chunks: readonly OutputChunk[]): void {
  const bin = chunks.find((chunk) => chunk.fileName === "bin.js");
  if (bin && bin.imports.length > 0) throw new Error(`bin.js would first import ${bin.imports.join(", ")}`);
}

/** Puts each file in place in one move, chunks before the entries that name them, then removes leftovers. */
async function writeDist(files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(distFolder, { recursive: true });
  for (const [name, text] of files) {
    const target = path.join(distFolder, name);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(`${target}.new`, text);
    if (text.startsWith("#!")) await chmod(`${target}.new`, 0o755);
    await rename(`${target}.new`, target);
  }
  for (const entry of await readdir(distFolder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const isOurs = files.has(path.relative(distFolder, file).replaceAll(path.sep, "/"));
    if (entry.isFile() && !isOurs) await rm(file);
  }
}

async function build(): Promise<void> {
  const chunks = await bundleProgram();
  assertSelfContained(chunks);
  assertStartsAnywhere(chunks);
  const ordered = chunks.toSorted((a, b) => Number(a.isEntry) - Number(b.isEntry));
  await writeDist(
    new Map([
      ...ordered.map((chunk) => [chunk.fileName, chunk.code] as const),
      ["THIRD-PARTY-LICENSES.txt", await thirdPartyLicenses(chunks.flatMap((chunk) => chunk.moduleIds))],
      ...(await emitDeclarations(packageFolder)),
    ]),
  );
}

try {
  await build();
} catch (error) {
  // The message says where; the bundler's own stack says nothing about our sources.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
