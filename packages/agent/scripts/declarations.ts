import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const compiler = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));

/** The type declarations a user of `import "@zotpilot/agent"` needs: index.d.ts and what it refers to. */
export async function emitDeclarations(packageFolder: string): Promise<[name: string, text: string][]> {
  const folder = await mkdtemp(path.join(tmpdir(), "zotpilot-declarations-"));
  try {
    await compile(packageFolder, folder);
    const found = new Map<string, string>();
    await collect(folder, "index.d.ts", found);
    return [...found];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function compile(packageFolder: string, outDir: string): Promise<void> {
  const args = [compiler, "-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", outDir];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: packageFolder }, (error, stdout) => {
      if (error) reject(new Error(`type declarations: ${stdout || error.message}`));
      else resolve();
    });
  });
}

async function collect(folder: string, name: string, found: Map<string, string>): Promise<void> {
  if (found.has(name)) return;
  const text = await readFile(path.join(folder, name), "utf8");
  found.set(name, text);
  for (const [, specifier = ""] of text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    if (specifier.startsWith(".")) {
      const target = path.posix.join(path.posix.dirname(name), specifier).replace(/\.[jt]sx?$/, ".d.ts");
      await collect(folder, target, found);
    } else if (!specifier.startsWith("node:")) {
      // The program is bundled, so no other package is installed beside it to take types from.
      throw new Error(`dist/${name} would need the types of ${specifier}, which users do not have`);
    }
  }
}
