import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
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

// Like the real one, npx takes a folder that is there for a complete one, whatever became of the run that made it.
const NPX = `
const fs = require("node:fs");
const path = require("node:path");
const root = path.join(__dirname, "..");
const note = (line) => fs.appendFileSync(root + "/calls.log", line + "\\n");
const wanted = process.argv.slice(2).filter((argument) => /^(node|pnpm)@/.test(argument));
note("npx " + wanted.join(" "));
const option = process.argv.find((argument) => argument.startsWith("--cache="));
const cache = option ? option.slice("--cache=".length) : process.env.HOME + "/.npm";
const folder = cache + "/_npx/0123456789abcdef";
const bin = folder + "/node_modules/.bin";

function fail(code, file) {
  console.error("npm error code " + code + "\\nnpm error path " + file);
  process.exit(1);
}

/** Does one part of the work; the test interrupts what has come to the part that it names. */
function part(name, work) {
  if (process.env.NPX_STOPS_BEFORE === name) {
    note("npx stopped before " + name);
    setInterval(() => {}, 1000);
    throw name;
  }
  work();
}

function install() {
  part("folder", () => fs.mkdirSync(folder, { recursive: true }));
  part("pnpm", () => {
    fs.mkdirSync(bin, { recursive: true });
    fs.copyFileSync(root + "/fetched/pnpm", bin + "/pnpm");
  });
  part("package.json", () => fs.writeFileSync(folder + "/package.json", "{}"));
  part("node", () => fs.symlinkSync(process.env.FETCHED_NODE, bin + "/node"));
}

process.on("uncaughtException", (error) => {
  if (typeof error !== "string") fail("UNKNOWN", String(error));
});
console.log("talk of npx");
if (fs.existsSync(cache + "/_cacache/damaged")) fail("EACCES", cache + "/_cacache/damaged");
if (!fs.existsSync(bin)) install();
if (!fs.existsSync(folder + "/package.json")) fail("ENOENT", folder + "/package.json");
const node = fs.existsSync(bin + "/node") ? bin + "/node" : "/bin/false";
console.log(JSON.stringify({ node, pnpm: bin + "/pnpm" }));
`;

const PACKAGE = { name: "mini", private: true, scripts: { start: "node scripts/bootstrap.cjs start" } };

/** A repository with our set-up scripts, one package, and played tools. */
export type MiniRepository = {
  folder: string;
  /** Runs `node scripts/bootstrap.cjs <args>`. */
  bootstrap: (args: readonly string[], options?: BootstrapOptions) => Promise<RunResult>;
  /** The same, but a signal ends it while npx is at work. */
  interrupt: (args: readonly string[], options: InterruptOptions) => Promise<void>;
  /** Which tools were called since the last time this was asked. */
  calls: () => Promise<string[]>;
};

export type BootstrapOptions = Partial<RunOptions> & {
  /** The Node that runs the set-up, with flags; this one when left out. */
  node?: readonly string[];
  /** Whether a pnpm is on PATH. */
  pnpmOnPath?: boolean;
  /** Where the repository is by now. */
  in?: string;
};

export type InterruptOptions = BootstrapOptions & {
  /** How far npx gets before. */
  before: string;
  signal: NodeJS.Signals;
  /** Whether npx and everything else that was started gets the signal too. */
  toAll: boolean;
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
  const started = (args: readonly string[], options: BootstrapOptions) => {
    const { node = [process.execPath], pnpmOnPath = true, in: root = folder, env, ...others } = options;
    const [command = "", ...flags] = node;
    return {
      command,
      args: [...flags, path.join(root, "scripts/bootstrap.cjs"), ...args],
      options: {
        cwd: root,
        ...others,
        env: {
          PATH: pnpmOnPath ? `${root}/installed:/usr/bin:/bin` : "/usr/bin:/bin",
          HOME: root,
          FETCHED_NODE: process.execPath,
          npm_execpath: path.join(root, "npm", "npm-cli.js"),
          ...env,
        },
      },
    };
  };
  return {
    folder,
    bootstrap: (args, options = {}) => {
      const start = started(args, options);
      return run(start.command, start.args, start.options);
    },
    interrupt: async (args, { before, signal, toAll, ...options }) => {
      const start = started(args, { ...options, env: { ...options.env, NPX_STOPS_BEFORE: before } });
      const child = spawn(start.command, start.args, { ...start.options, detached: true, stdio: "ignore" });
      const ended = once(child, "exit");
      const group = -(child.pid ?? 0);
      while (!(await readFile(log, "utf8")).includes(`npx stopped before ${before}`)) {
        if (child.exitCode !== null) throw new Error(`it ended before npx came to "${before}"`);
        await setTimeout(20);
      }
      process.kill(toAll ? group : -group, signal);
      await ended;
      await writeFile(log, "");
    },
    async calls() {
      const text = await readFile(log, "utf8");
      await writeFile(log, "");
      return text.split("\n").filter((line) => line !== "");
    },
  };
}
