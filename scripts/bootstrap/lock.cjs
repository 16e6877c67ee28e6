"use strict";
// Two commands started at once must not install or build into the same folders at the same time.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { readText } = require("./files.cjs");
const { say } = require("./step.cjs");

const BEAT_MS = 2_000;
const DEAD_AFTER_MS = 30_000;
const POLL_MS = 200;

/** Runs `work` while holding the lock folder; waits for whoever holds it now. */
async function withLock(folder, work) {
  const release = await acquire(folder);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire(folder) {
  let announced = false;
  for (;;) {
    try {
      fs.mkdirSync(path.dirname(folder), { recursive: true });
      fs.mkdirSync(folder);
      return hold(folder);
    } catch (error) {
      // Nobody else can write to a read-only checkout either, so there is nothing to lock.
      if (error.code !== "EEXIST") return () => {};
    }
    if (isDead(folder)) {
      breakLock(folder);
      continue;
    }
    if (!announced) say("waiting for another zotpilot set-up in this folder to finish …");
    announced = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Marks the lock as ours and keeps its time fresh until it is released. */
function hold(folder) {
  fs.writeFileSync(path.join(folder, "owner"), `${os.hostname()} ${process.pid}`);
  const timer = setInterval(() => {
    try {
      const now = new Date();
      fs.utimesSync(folder, now, now);
    } catch {
      // Somebody took the lock away: the work goes on, and what it writes is atomic.
    }
  }, BEAT_MS);
  timer.unref();
  const release = () => {
    clearInterval(timer);
    process.removeListener("exit", release);
    fs.rmSync(folder, { recursive: true, force: true });
  };
  process.on("exit", release);
  return release;
}

/** True when the holder was killed: its process is gone, or its heart stopped beating. */
function isDead(folder) {
  const stats = fs.statSync(folder, { throwIfNoEntry: false });
  if (!stats) return false;
  if (Date.now() - stats.mtimeMs > DEAD_AFTER_MS) return true;
  const [host, pid] = (readText(path.join(folder, "owner")) || "").split(" ");
  if (host !== os.hostname() || !pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

/** Renaming is atomic: of several waiters only one breaks the lock. */
function breakLock(folder) {
  const grave = `${folder}.${process.pid}`;
  try {
    fs.renameSync(folder, grave);
    fs.rmSync(grave, { recursive: true, force: true });
  } catch {
    // Another waiter was faster.
  }
}

module.exports = { withLock };
