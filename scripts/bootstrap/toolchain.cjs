"use strict";
// Finds a Node that can run the sources, and pnpm; fetches pinned ones through npx when there are none.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { spawnSync } = require("node:child_process");
const { readText, writeNote } = require("./files.cjs");
const { pathName, withoutNpm } = require("./environment.cjs");
const { runStep, StepError } = require("./step.cjs");

const NODE = "node@24.21.0";
const PNPM = "pnpm@12.21.0";

const notePath = (root) => path.join(root, ".cache", "toolchain.json");

/** True for the versions we promise to run on; odd-numbered Node lines are not among them. */
function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, "").split(".").map(Number);
  return (major === 22 && minor >= 19) || (major >= 24 && major % 2 === 0) || major > 26;
}

/** The path of a node that is new enough. */
async function findNode(root) {
  if (isNewEnough(process.version)) return process.execPath;
  const known = readNote(root);
  if (known.node && isNewEnough(answer(known.node))) return known.node;
  return (await fetchTools(root, [NODE, PNPM])).node;
}

/** The paths of such a node and of pnpm 12. */
async function findTools(root) {
  const node = await findNode(root);
  const known = readNote(root);
  if (known.pnpm && isPnpm(known.pnpm)) return { node, pnpm: known.pnpm };
  const installed = findOnPath("pnpm", process.env);
  if (installed && isPnpm(installed)) return { node, pnpm: installed };
  const fetched = await fetchTools(root, node === process.execPath ? [PNPM] : [NODE, PNPM]);
  return { node, pnpm: fetched.pnpm };
}

function isPnpm(file) {
  return answer(file).startsWith("12.");
}

/** What a program answers to --version, or "" when it is gone or broken. */
function answer(file) {
  if (!fs.existsSync(file)) return "";
  // Asked from elsewhere, so that the version pinned in our package.json plays no part.
  const options = {
    cwd: os.tmpdir(),
    encoding: "utf8",
    timeout: 10_000,
    stdio: ["ignore", "pipe", "ignore"],
  };
  const result = isBatchFile(file)
    ? spawnSync(`"${file}" --version`, { ...options, shell: true })
    : spawnSync(file, ["--version"], options);
  return result.status === 0 ? result.stdout.trim() : "";
}

function isBatchFile(file) {
  return /\.(cmd|bat)$/i.test(file);
}

function readNote(root) {
  try {
    const note = JSON.parse(readText(notePath(root)) || "{}");
    return note.wanted === `${NODE} ${PNPM}` ? note : {};
  } catch {
    return {};
  }
}

function findOnPath(name, env) {
  const extensions = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  for (const folder of (env[pathName(env)] || "").split(path.delimiter)) {
    for (const extension of extensions) {
      const file = path.join(folder, name + extension);
      if (path.isAbsolute(folder) && fs.existsSync(file)) return file;
    }
  }
  return undefined;
}

/** Downloads packages into npm's own cache and remembers where their programs are. */
async function fetchTools(root, packages) {
  const name = packages.includes(NODE) ? "fetching Node 24 and pnpm" : "fetching pnpm";
  const step = {
    name,
    advice:
      "check that `npm ping` reaches your registry (proxy and mirror settings of npm are respected), " +
      "or install Node 22.19 or newer and pnpm 12 yourself; then run the same command again.",
  };
  const { command, args, shell } = npx();
  // The repository's .npmrc silences npm; here its errors are wanted.
  const flags = ["--yes", "--loglevel=error", "--prefer-offline"];
  const wanted = packages.flatMap((name) => ["-p", name]);
  const output = await runStep(
    step,
    command,
    [...args, ...flags, ...wanted, "-c", shell ? '"node where.cjs"' : "node where.cjs"],
    {
      cwd: __dirname,
      env: withoutNpm(process.env),
      shell,
    },
  );
  const found = parseFound(output);
  if (!isNewEnough(answer(found.node || "")) && packages.includes(NODE)) {
    throw new StepError(name, "the fetched node does not run on this machine", output, step.advice);
  }
  if (!isPnpm(found.pnpm || "")) {
    throw new StepError(name, "the fetched pnpm does not run on this machine", output, step.advice);
  }
  const note = { wanted: `${NODE} ${PNPM}`, ...readNote(root), pnpm: found.pnpm };
  if (packages.includes(NODE)) note.node = found.node;
  writeNote(notePath(root), `${JSON.stringify(note, undefined, 2)}\n`);
  return found;
}

function parseFound(output) {
  const line = output.split("\n").find((text) => text.startsWith("{"));
  return line ? JSON.parse(line) : {};
}

/** How to start npx: as a script of the npm that runs us, so that no shell is needed, else by name. */
function npx() {
  const folders = [
    path.dirname(process.env.npm_execpath || ""),
    path.join(path.dirname(process.execPath), "node_modules", "npm", "bin"),
    path.join(path.dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin"),
  ];
  const script = folders.map((folder) => path.join(folder, "npx-cli.js")).find((file) => fs.existsSync(file));
  if (script) return { command: process.execPath, args: [script], shell: false };
  return process.platform === "win32"
    ? { command: "npx.cmd", args: [], shell: true }
    : { command: "npx", args: [], shell: false };
}

module.exports = { findNode, findTools, findOnPath, isNewEnough, isBatchFile, fetchTools };
