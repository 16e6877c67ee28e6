import { randomUUID } from "node:crypto";
import { constants, fstatSync, statSync } from "node:fs";
import { link, open, readFile, readlink, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreError } from "../errors.ts";
import { parseLease, type LeaseHolder } from "./schema.ts";

/** The right to write to a session. One program has it at a time. */
export interface Lease {
  /** Throws a `CoreError`: `session_locked` when another program has taken it, `session_unavailable` when it is gone. */
  check(): Promise<void>;
  /** Gives it back. Can be called twice. */
  release(): Promise<void>;
}

const heartbeatMs = 10_000;
/** On another machine nobody can see whether a process lives: it is gone when it says nothing for so long. */
const silentMs = 60_000;
/** A lock that is still empty is just being written; who has not written it after so long was killed. */
const youngMs = 1_000;

/**
 * Takes the lease of a session, from a program that is gone if need be. Returns who has it when somebody has. In a
 * folder that cannot be written there are no leases, and no writers either.
 */
export async function acquireLease(path: string): Promise<Lease | LeaseHolder> {
  const lock = `${path}.lock`;
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const token = randomUUID();
    const file = await create(lock, token);
    if (file === "no_locks") return { check: async () => undefined, release: async () => undefined };
    // Reading needs no room; the lease is taken before the first write.
    if (file === "full") return leaseOf(path, lock, undefined);
    if (file) return leaseOf(path, lock, file);
    const found = await look(lock);
    if (!found) continue;
    if (found.holder && (await isAlive(found.holder, found.ageMs))) return found.holder;
    if (!found.holder && found.ageMs < youngMs) {
      await sleep(100);
      continue;
    }
    await takeAway(lock, found.text);
  }
  return { token: "", pid: 0, host: "", since: "" };
}

/** Whether a lease was taken; otherwise it is the holder's. */
export function isLease(value: Lease | LeaseHolder): value is Lease {
  return "release" in value;
}

/** Who holds a session, for a person. */
export function describeHolder(holder: LeaseHolder): string {
  if (holder.pid === 0) return "another program";
  if (holder.pid === process.pid && holder.host === hostname()) return "this program";
  const where = holder.host === hostname() ? "" : ` on ${holder.host}`;
  return `process ${holder.pid}${where}, since ${holder.since}`;
}

/** The error of a session that somebody else writes to. */
export function lockedError(path: string, holder: LeaseHolder): CoreError {
  return new CoreError("session_locked", `the session at ${path} is in use by ${describeHolder(holder)}`);
}

async function create(lock: string, token: string): Promise<FileHandle | "no_locks" | "full" | undefined> {
  let file: FileHandle;
  try {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    file = await open(lock, flags, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return undefined;
    if (code === "ENOSPC" || code === "EDQUOT") return "full";
    if (code === "EROFS" || code === "EACCES" || code === "EPERM") return "no_locks";
    throw error;
  }
  try {
    const holder: LeaseHolder = {
      token,
      pid: process.pid,
      host: hostname(),
      ...(await namespaceOf()),
      since: new Date().toISOString(),
      ...(await startedOf(process.pid)),
    };
    await file.writeFile(JSON.stringify(holder));
    return file;
  } catch (error) {
    await file.close();
    await rm(lock, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") return "full";
    throw error;
  }
}

function leaseOf(path: string, lock: string, first: FileHandle | undefined): Lease {
  let file = first;
  const beat = setInterval(() => {
    const now = new Date();
    file?.utimes(now, now).catch(() => undefined);
  }, heartbeatMs);
  beat.unref();

  // The file is kept open, so that no other file can have its number. Asked before each write, and a few microseconds
  // here; through the thread pool it would take longer than the write.
  function isOurs(): boolean {
    if (!file) return false;
    const ours = fstatSync(file.fd);
    const theirs = statSync(lock, { throwIfNoEntry: false });
    return theirs !== undefined && ours.ino === theirs.ino && ours.dev === theirs.dev;
  }

  return {
    async check() {
      // What is written to a file that was deleted is lost without an error.
      if (!statSync(path, { throwIfNoEntry: false })) {
        throw new CoreError("session_unavailable", `the session at ${path} was deleted by another program`);
      }
      if (isOurs()) return;
      const again = await create(lock, randomUUID());
      if (again === "no_locks") return;
      if (again === "full") {
        throw new CoreError("session_unavailable", `cannot use the session at ${path}: the disk is full`);
      }
      if (!again) {
        const found = await look(lock);
        throw lockedError(path, found?.holder ?? { token: "", pid: 0, host: "", since: "" });
      }
      await file?.close();
      file = again;
    },
    async release() {
      clearInterval(beat);
      if (!file) return;
      const ours = isOurs();
      const closing = file;
      file = undefined;
      if (ours) await rm(lock, { force: true }).catch(() => undefined);
      await closing.close();
    },
  };
}

async function look(
  lock: string,
): Promise<{ text: string; holder: LeaseHolder | undefined; ageMs: number } | undefined> {
  try {
    const [text, { mtimeMs }] = [await readFile(lock, "utf8"), await stat(lock)];
    return { text, holder: parseLease(text), ageMs: Math.abs(Date.now() - mtimeMs) };
  } catch {
    return undefined;
  }
}

async function isAlive(holder: LeaseHolder, ageMs: number): Promise<boolean> {
  const { namespace } = await namespaceOf();
  if (holder.host !== hostname() || (holder.namespace ?? namespace) !== namespace) return ageMs < silentMs;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const { started } = await startedOf(holder.pid);
  return started === undefined || holder.started === undefined || started === holder.started;
}

/** In which numbering of processes this one is, where the system tells: containers have their own. */
async function namespaceOf(): Promise<{ namespace?: string }> {
  try {
    return { namespace: await readlink("/proc/self/ns/pid") };
  } catch {
    return {};
  }
}

/** When a process and its machine were started, where the system tells. */
async function startedOf(pid: number): Promise<{ started?: string }> {
  try {
    const [boot, status] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    // The name of the program may hold anything; the fields begin behind it.
    const ticks = status.slice(status.lastIndexOf(")") + 2).split(" ")[19];
    return ticks === undefined ? {} : { started: `${boot.trim()}/${ticks}` };
  } catch {
    return {};
  }
}

/** Takes a dead program's lock away, unless somebody has taken it over already. */
async function takeAway(lock: string, text: string): Promise<void> {
  const aside = `${lock}.${randomUUID()}`;
  try {
    await rename(lock, aside);
  } catch {
    return;
  }
  const taken = await readFile(aside, "utf8").catch(() => text);
  if (taken !== text) await link(aside, lock).catch(() => undefined);
  await rm(aside, { force: true });
}
