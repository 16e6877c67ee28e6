import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { repository } from "./example.ts";
import { temporaryFolder } from "./folder.ts";
import { run, type RunOptions, type RunResult } from "./run.ts";

// What pnpm, turbo and npx would fetch or do is played by small scripts that note how they were called.
// The program tells what it was given and ends as it is told to.
const PROGRAM = `
let input = "";
process.stdin.on("data", (chunk) => { input += chunk; }).on("end", () => {
  const npm = Object.keys(process.env).filter((name) => /^npm_(?!config_)|^INIT_CWD$/.test(name));
  console.log(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), node: process.execPath, npm, input }));
  process.exitCode = Number(process.env.PROGRAM_EXIT_CODE || 0);
});
`;

const TURBO = `
const fs = require("node:fs");
fs.appendFileSync("calls.log", "turbo " + process.argv.slice(2, 4).join(" ") + "\\n");
if (process.env.TURBO_FAILS) { console.error("src/a.ts:1: this does not compile"); process.exit(1); }
fs.mkdirSync("packages/agent/dist", { recursive: true });
fs.writeFileSync("packages/agent/dist/index.js", "");
fs.copyFileSync("program.cjs", "packages/agent/dist/bin.js");
`;

const PNPM = `
const fs = require("node:fs");
if (process.argv[2] === "--version") { console.log(process.env.PNPM_VERSION || "12.0.0"); process.exit(0); }
fs.appendFileSync("calls.log", "pnpm " + process.argv.slice(2, 4).join(" ") + "\\n");
console.log("talk of pnpm");
if (process.env.PNPM_FAILS) { console.error("ERR_PNPM_SOMETHING because of this"); process.exit(1); }
fs.mkdirSync("node_modules/turbo/bin", { recursive: true });
fs.copyFileSync("turbo.cjs", "node_modules/turbo/bin/turbo");
`;

const NPX = `
const fs = require("node:fs");
const root = require("node:path").join(__dirname, "..");
const wanted = process.argv.slice(2).filter((argument) => argument.includes("@"));
fs.appendFileSync(root + "/calls.log", "npx " + wanted.join(" ") + "\\n");
console.log("talk of npx");
console.log(JSON.stringify({ node: process.env.FETCHED_NODE, pnpm: root + "/fetched/pnpm" }));
`;

const PACKAGE = { name: "mini", private: true, scripts: { start: "node scripts/bootstrap.cjs start" } };

/** A repository with our set-up scripts, one package, and played tools. */
export type MiniRepository = {
  folder: string;
  /** Runs `node scripts/bootstrap.cjs <args>`. */
  bootstrap: (args: readonly string[], options?: BootstrapOptions) => Promise<RunResult>;
  /** Which tools were called since the last time this was asked. */
  calls: () => Promise<string[]>;
};

export type BootstrapOptions = Partial<RunOptions> & {
  /** The Node that runs the set-up, with flags; this one when left out. */
  node?: readonly string[];
  /** Whether a pnpm is on PATH. */
  pnpmOnPath?: boolean;
};

/** Makes one. */
export async function createMiniRepository(): Promise<MiniRepository> {
  const folder = await temporaryFolder({
    "package.json": JSON.stringify(PACKAGE),
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "pnpm-workspace.yaml": "packages:\n  - packages/*\n",
    "packages/agent/package.json": '{ "name": "agent", "version": "1.0.0" }\n',
    "packages/agent/src/bin.ts": "export {};\n",
    "program.cjs": PROGRAM,
    "turbo.cjs": TURBO,
    "pnpm.cjs": PNPM,
    "npm/npx-cli.js": NPX,
    "calls.log": "",
  });
  await cp(path.join(repository, "scripts/bootstrap.cjs"), path.join(folder, "scripts/bootstrap.cjs"));
  await cp(path.join(repository, "scripts/bootstrap"), path.join(folder, "scripts/bootstrap"), {
    recursive: true,
  });
  await cp(path.join(repository, ".npmrc"), path.join(folder, ".npmrc"));
  for (const place of ["fetched", "installed"]) {
    await mkdir(path.join(folder, place));
    const file = path.join(folder, place, "pnpm");
    await writeFile(file, `#!/bin/sh\nexec "${process.execPath}" "${folder}/pnpm.cjs" "$@"\n`);
    await chmod(file, 0o755);
  }
  const log = path.join(folder, "calls.log");
  return {
    folder,
    bootstrap: (args, options = {}) => {
      const { node = [process.execPath], pnpmOnPath = true, env, ...others } = options;
      const [command = "", ...flags] = node;
      return run(command, [...flags, path.join(folder, "scripts/bootstrap.cjs"), ...args], {
        cwd: folder,
        ...others,
        env: {
          PATH: pnpmOnPath ? `${folder}/installed:/usr/bin:/bin` : "/usr/bin:/bin",
          HOME: folder,
          FETCHED_NODE: process.execPath,
          npm_execpath: path.join(folder, "npm", "npm-cli.js"),
          ...env,
        },
      });
    },
    async calls() {
      const text = await readFile(log, "utf8");
      await writeFile(log, "");
      return text.split("\n").filter((line) => line !== "");
    },
  };
}
