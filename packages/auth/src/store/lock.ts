import { randomBytes } from "node:crypto";
import { link, open, readFile, readlink, rename, stat, unlink, utimes } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { monotonicNow } from "../clock.ts";
import { systemCode } from "./problem.ts";

const heartbeatMs = 1_000;
const staleAfterMs = 5_000;
const giveUpAfterMs = 30_000;

export interface Lock {
  /** False when another process took the lock over, believing this one dead. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Waits for the lock file and takes it. A lock is stale when its process is gone from this machine, or when its file
 * has not changed for five seconds as seen from here: no clocks are compared, so a wrong date or a network file system
 * does no harm. Rejects with the system's error when the file cannot be made, with a plain `Error` after 30 s.
 */
export async function acquireLock(path: string): Promise<Lock> {
  const mine = `${randomBytes(16).toString("hex")} ${process.pid} ${await place()}\n`;
  const giveUpAt = monotonicNow() + giveUpAfterMs;
  let seen: { readonly state: string; readonly since: number } | undefined;
  while (!(await create(path, mine))) {
    const holder = await look(path);
    if (holder === undefined) continue;
    if (holder.state !== seen?.state) seen = { state: holder.state, since: monotonicNow() };
    if (monotonicNow() - seen.since > staleAfterMs || (await isGone(holder.content))) {
      await takeAway(path, holder.content);
      continue;
    }
    if (monotonicNow() > giveUpAt) throw new Error(`another process holds ${path}`);
    await delay(5 + Math.random() * 20);
  }
  return hold(path, mine);
}

function hold(path: string, mine: string): Lock {
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, heartbeatMs);
  timer.unref();
  const isHeld = async () => (await look(path))?.content === mine;
  return {
    isHeld,
    async release() {
      clearInterval(timer);
      if (await isHeld()) await unlink(path).catch(() => undefined);
    },
  };
}

async function create(path: string, content: string): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, "wx", 0o600);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
  try {
    // Whatever the umask: another process of ours must be able to read whose it is.
    await file.chmod(0o600);
    await file.writeFile(content);
    return true;
  } catch (error) {
    // On a full disk the name exists without its content; left there, it would keep everybody waiting.
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

async function look(path: string): Promise<{ readonly content: string; readonly state: string } | undefined> {
  try {
    const content = await readFile(path, "utf8");
    const { ino, mtimeMs } = await stat(path);
    return { content, state: `${ino} ${mtimeMs} ${content}` };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Moves a dead process's lock out of the way, and puts it back when it turns out to be somebody else's by now. */
async function takeAway(path: string, dead: string): Promise<void> {
  const aside = `${path}.${randomBytes(8).toString("hex")}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, "utf8")) !== dead) await link(aside, path);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes(systemCode(error) ?? "")) throw error;
  } finally {
    await unlink(aside).catch(() => undefined);
  }
}

async function isGone(content: string): Promise<boolean> {
  const [, pid, holderPlace] = content.trimEnd().split(" ");
  if (pid === undefined || holderPlace === undefined || holderPlace !== (await place())) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return systemCode(error) === "ESRCH";
  }
}

/** Where a process id means something: this machine and, on Linux, this container. */
async function place(): Promise<string> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return encodeURIComponent(`${hostname()}/${namespace}`);
}
