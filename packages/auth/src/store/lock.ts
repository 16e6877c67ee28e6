import { createHash, randomBytes } from "node:crypto";
import { link, open, readFile, readdir, readlink, stat, unlink, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { monotonicNow, sleep } from "../clock.ts";
import { systemCode } from "./problem.ts";

const heartbeatMs = 1_000;
const staleAfterMs = 5_000;
const giveUpAfterMs = 30_000;
const suffixLength = 16;
const leftoverSuffix = /^[0-9a-f]{16}(?:\.[0-9a-f]{16})*$/;
/** How file systems say that they have no hard links. */
const withoutLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL", "EISDIR", "UNKNOWN"]);

/** The lock did not come free in time. */
export class LockBusy extends Error {}

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
  return ensured(await take(path, monotonicNow() + giveUpAfterMs, {}));
}

/** Like `acquireLock`; undefined once `isMoot`, asked between two looks at the lock, says that it is not needed. */
export function acquireLockUnless(path: string, wait: LockWait): Promise<Lock | undefined> {
  return take(path, monotonicNow() + giveUpAfterMs, wait);
}

/** What ends the wait for a lock early. */
export interface LockWait {
  readonly isMoot?: () => Promise<boolean>;
  /** An abort rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** The longest pause between two looks, in milliseconds; 25 unless given. */
  readonly pauseMs?: number;
}

async function take(path: string, giveUpAt: number, wait: LockWait): Promise<Lock | undefined> {
  const { isMoot, signal, pauseMs = 25 } = wait;
  const mine = `${randomBytes(16).toString("hex")} ${process.pid} ${await place()}\n`;
  let seen: { readonly state: string; readonly since: number } | undefined;
  for (;;) {
    const holder = await look(path);
    // Ours can already be there: a network file system may carry out a call and lose the answer.
    if (holder === undefined ? await create(path, mine) : holder.content === mine) break;
    if (holder === undefined) continue;
    if (holder.state !== seen?.state) seen = { state: holder.state, since: monotonicNow() };
    if (monotonicNow() - seen.since > staleAfterMs || (await isGone(holder.content))) {
      await removeStale(path, holder, giveUpAt);
      continue;
    }
    if (monotonicNow() > giveUpAt) throw new LockBusy(`another process holds ${path}`);
    await sleep(pauseMs * (0.2 + Math.random() * 0.8), signal);
    if (await isMoot?.()) return undefined;
  }
  await removeLeftovers(path, mine);
  return hold(path, mine);
}

/** Only a wait that may become needless ends without the lock. */
function ensured(lock: Lock | undefined): Lock {
  if (lock === undefined) throw new Error("the wait for a lock ended without it");
  return lock;
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
      // A lock that cannot be removed goes stale; what was done under it stays done.
      if (await isHeld().catch(() => false)) await unlink(path).catch(() => undefined);
    },
  };
}

/** The lock appears with its content or not at all: one without would tell nobody that its process is dead. */
async function create(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(suffixLength / 2).toString("hex")}`;
  await write(draft, content);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    const code = systemCode(error) ?? "";
    // ENOENT: the holder of the moment took the draft for a leftover.
    if (code === "EEXIST" || code === "ENOENT") return false;
    if (!withoutLinks.has(code)) throw error;
  } finally {
    await unlink(draft).catch(() => undefined);
  }
  try {
    await write(path, content);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function write(path: string, content: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    // Whatever the umask: another process of ours must be able to read whose it is.
    await file.chmod(0o600);
    await file.writeFile(content);
  } catch (error) {
    // On a full disk the name exists without its content; left there, it would keep everybody waiting.
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

interface Seen {
  readonly content: string;
  /** Changes with every heartbeat and every new lock. */
  readonly state: string;
}

async function look(path: string): Promise<Seen | undefined> {
  try {
    const content = await readFile(path, "utf8");
    const { ino, mtimeMs } = await stat(path);
    return { content, state: `${ino} ${mtimeMs} ${content}` };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Removes a stale lock. Several may find it at once, and the slower ones must not remove the lock of the one that was
 * faster: so only the holder of a claim on just this lock may, after another look. A claim is a lock itself, and heals.
 */
async function removeStale(path: string, stale: Seen, giveUpAt: number): Promise<void> {
  const claim = ensured(await take(`${path}.${claimKey(stale)}`, giveUpAt, {}));
  try {
    if ((await look(path))?.state === stale.state) await unlink(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  } finally {
    await claim.release();
  }
}

/** Contents are unique but for the empty one, of a process that died before it could write. */
function claimKey({ content, state }: Seen): string {
  const identity = content === "" ? state : content;
  return createHash("sha256").update(identity).digest("hex").slice(0, suffixLength);
}

/**
 * Removes drafts and claims whose makers were killed. A claim on another lock than the present one means nothing any
 * more, and whoever misses a draft that was still in use makes a new one.
 */
async function removeLeftovers(path: string, mine: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  const onMine = claimKey({ content: mine, state: "" });
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    if (!name.startsWith(prefix) || !leftoverSuffix.test(name.slice(prefix.length))) continue;
    if (name.startsWith(onMine, prefix.length)) continue;
    await unlink(join(dirname(path), name)).catch(() => undefined);
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

/** Where a process id means something: this machine and, on Linux, since this start and in this container. */
async function place(): Promise<string> {
  const start = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return encodeURIComponent(`${hostname()}/${start.trim()}/${namespace}`);
}
