"use strict";
// One step of the set-up: a child process whose output is kept back and shown only when it fails.

const { spawn } = require("node:child_process");

const TAIL_LINES = 25;
const REPORT_EVERY_MS = 10_000;

/** Prints one line to stderr. */
function say(text) {
  process.stderr.write(`zotpilot: ${text}\n`);
}

/** A step that failed: which one, the end of what it printed, and what a person can do about it. */
class StepError extends Error {
  constructor(step, reason, output, advice) {
    super(`${step} failed: ${reason}`);
    this.output = output;
    this.advice = advice;
  }

  report() {
    const tail = this.output.trimEnd().split("\n").slice(-TAIL_LINES);
    const shown = tail.join("").trim() === "" ? [] : tail.map((line) => `  | ${line}`);
    return [this.message, ...shown, `What to do: ${this.advice}`].join("\n");
  }
}

/**
 * Runs a command and gives back its stdout. Says on stderr what is going on and for how long.
 * Throws StepError when the command cannot start or does not exit with 0.
 *
 * step: { name: "installing the dependencies", advice: "…" }, options: { cwd, env, shell? }
 */
async function runStep(step, command, args, options) {
  const progress = startProgress(step.name);
  let output = "";
  let stdout = "";
  // stdin is closed: what arrives there is meant for the program, not for the set-up.
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const stopForwarding = forwardSignals(child);
  try {
    const ended = await new Promise((resolve) => {
      child.on("error", (error) => resolve({ reason: error.message }));
      child.on("close", (code, signal) => resolve({ code, signal }));
    });
    if (stopForwarding.received)
      throw Object.assign(new Error("stopped"), { signal: stopForwarding.received });
    if (ended.code !== 0) {
      const reason = ended.reason || (ended.signal ? `killed by ${ended.signal}` : `exit code ${ended.code}`);
      throw new StepError(step.name, reason, output, step.advice);
    }
    progress.done();
    return stdout;
  } finally {
    progress.stop();
    stopForwarding();
  }
}

/** "installing …" at once, a sign of life every so often, and the time at the end. */
function startProgress(name) {
  const startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  const live = Boolean(process.stderr.isTTY);
  const line = (text) => (live ? process.stderr.write(`\r\x1b[Kzotpilot: ${text}`) : say(text));
  line(`${name} …`);
  const timer = setInterval(() => line(`${name} … ${seconds()}`), live ? 500 : REPORT_EVERY_MS);
  let open = live;
  const stop = () => {
    clearInterval(timer);
    if (open) process.stderr.write("\n");
    open = false;
  };
  return {
    stop,
    done() {
      line(`${name}: done in ${seconds()}`);
      stop();
    },
  };
}

/** Passes the signals we get on to the child; `received` on the returned function is the last one. */
function forwardSignals(child) {
  const handlers = ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => {
    const handler = () => {
      stop.received = signal;
      child.kill(signal);
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  function stop() {
    for (const [signal, handler] of handlers) process.removeListener(signal, handler);
  }
  stop.received = undefined;
  return stop;
}

module.exports = { runStep, say, StepError };
