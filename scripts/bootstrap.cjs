"use strict";
// `npm start`, `npm test` and `npm run check` begin here. Node 18 and npm are all this file may rely on:
// it finds or fetches Node 24 and pnpm, installs, builds, and then hands over to the real program.
// All talk goes to stderr, because stdout belongs to the program.

const path = require("node:path");
const os = require("node:os");
const { findNode, findTools } = require("./bootstrap/toolchain.cjs");
const { installIsCurrent, install } = require("./bootstrap/install.cjs");
const { buildIsCurrent, build } = require("./bootstrap/build.cjs");
const { runProgram, callerFolder } = require("./bootstrap/run-program.cjs");
const { programEnvironment, toolEnvironment } = require("./bootstrap/environment.cjs");
const { withLock } = require("./bootstrap/lock.cjs");
const { StepError, say } = require("./bootstrap/step.cjs");

const root = path.resolve(__dirname, "..");
const lockPath = path.join(root, ".cache", "setup.lock");
const DEMO_TURN = ["--demo", "-p", "list the files here"];

async function start(args) {
  const node = await prepare({ build: true });
  let programArgs = args;
  let stdin = "inherit";
  if (args.length === 0 && !(process.stdin.isTTY && process.stdout.isTTY)) {
    say("no terminal and no arguments: playing one demo turn");
    programArgs = DEMO_TURN;
    stdin = "ignore";
  }
  return runProgram(node, [path.join(root, "packages/agent/dist/bin.js"), ...programArgs], {
    cwd: callerFolder(process.env, process.cwd()),
    env: { ZOTPILOT_DEMO: "auto", ...programEnvironment(process.env, root) },
    stdin,
  });
}

async function runTests(args) {
  await prepare({ build: false });
  const tools = await findTools(root);
  return runProgram(tools.node, [path.join(root, "scripts/test.ts"), ...args], {
    cwd: root,
    // Tests of this very script run it under the Node it was started with.
    env: { ...toolEnvironment(process.env, tools), ZOTPILOT_BOOTSTRAP_NODE: process.execPath },
    stdin: "inherit",
  });
}

/** Makes everything ready and answers which node to use; does nothing at all when nothing has changed. */
async function prepare(wanted) {
  const upToDate = () => installIsCurrent(root) && (!wanted.build || buildIsCurrent(root));
  if (upToDate()) return findNode(root);
  return withLock(lockPath, async () => {
    const tools = await findTools(root);
    if (!installIsCurrent(root)) await install(root, tools);
    if (wanted.build && !buildIsCurrent(root)) await build(root, tools);
    return tools.node;
  });
}

/** Always asks turbo, so that a damaged dist folder is repaired; unchanged packages come from its cache. */
async function buildAll() {
  await prepare({ build: false });
  await withLock(lockPath, async () => build(root, await findTools(root)));
  return 0;
}

const commands = {
  start,
  build: buildAll,
  test: runTests,
  check: (args) => runTests(["--check", ...args]),
};

async function main() {
  const command = commands[process.argv[2]];
  if (!command) {
    say(`expected one of: ${Object.keys(commands).join(", ")}; got ${process.argv[2] || "nothing"}`);
    return 2;
  }
  return command(process.argv.slice(3));
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.exitCode = error.signal ? 128 + os.constants.signals[error.signal] : 1;
    if (error.signal) return;
    if (error instanceof StepError) say(error.report());
    else say(`set-up failed: ${error.stack || error}`);
  },
);
