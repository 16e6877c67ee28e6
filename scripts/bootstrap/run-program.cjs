"use strict";
// Hands over to the real program: its terminal, its folder, its signals, its exit code.

const fs = require("node:fs");
const os = require("node:os");
const { spawn } = require("node:child_process");
const { StepError } = require("./step.cjs");

const PARENT_CHECK_MS = 500;

/** The folder the user typed the command in; npm itself always starts scripts at the root. */
function callerFolder(env, fallback) {
  const stats = env.INIT_CWD ? fs.statSync(env.INIT_CWD, { throwIfNoEntry: false }) : undefined;
  return stats && stats.isDirectory() ? env.INIT_CWD : fallback;
}

/** Runs a program to its end. Gives back its exit code, 128 + n when signal n ended it. */
function runProgram(command, args, options) {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: [options.stdin, "inherit", "inherit"],
  });
  const atTerminal = Boolean(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // A terminal sends Ctrl+C to the whole group: the program has it already, and two mean "force".
      if (signal === "SIGINT" && atTerminal) return;
      child.kill(signal);
    });
  }
  endWithNpm(child);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => {
      reject(new StepError("starting the program", error.message, "", "run `npm test` to check the set-up."));
    });
    child.on("exit", (code, signal) => {
      resolve(signal ? 128 + os.constants.signals[signal] : code);
    });
  });
}

/** npm passes a signal on to its shell, and the shell dies alone: without this the program would live on. */
function endWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined || process.platform === "win32") return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    child.kill("SIGTERM");
  }, PARENT_CHECK_MS);
  timer.unref();
}

module.exports = { runProgram, callerFolder };
