import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, readdir, readlink, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { acquireLock } from "./lock.ts";

async function lockPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "zotpilot-auth-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "lock");
}

test("one holder at a time", async () => {
  const path = await lockPath();
  let inside = 0;
  let most = 0;
  const enter = async () => {
    const lock = await acquireLock(path);
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setTimeout(resolve, 3));
    inside -= 1;
    await lock.release();
  };
  await Promise.all(Array.from({ length: 12 }, enter));
  expect(most).toBe(1);
});

test("a holder that was taken for dead knows it, and does not remove the other's lock", async () => {
  const path = await lockPath();
  const lock = await acquireLock(path);
  expect(await lock.isHeld()).toBe(true);
  await writeFile(path, "another process took over");
  expect(await lock.isHeld()).toBe(false);
  await lock.release();
  expect(await readdir(join(path, ".."))).toEqual(["lock"]);
});

test("a holder that lives is waited for, even when its file looks ancient", async () => {
  const path = await lockPath();
  const lock = await acquireLock(path);
  const longAgo = new Date(0);
  await utimes(path, longAgo, longAgo);
  let entered = false;
  const second = acquireLock(path).then((other) => {
    entered = true;
    return other;
  });
  // Longer than a lock without a heartbeat would last.
  await new Promise((resolve) => setTimeout(resolve, 6_500));
  expect(entered).toBe(false);
  await lock.release();
  await (await second).release();
  expect(await readdir(join(path, ".."))).toEqual([]);
});

/** The content of a lock whose process has ended on this machine. */
function deadLock(): string {
  const script = fileURLToPath(new URL("../../test/children/print-lock.ts", import.meta.url));
  return spawnSync(process.execPath, ["--conditions=@zotpilot/source", script], { encoding: "utf8" }).stdout;
}

test("F-43: of many that find a dead holder's lock, one takes it, and keeps it while it works", async () => {
  const path = await lockPath();
  const dead = deadLock();
  for (let round = 0; round < 20; round += 1) {
    await writeFile(path, dead);
    let inside = 0;
    const faults: string[] = [];
    const enter = async () => {
      const lock = await acquireLock(path);
      inside += 1;
      if (inside > 1) faults.push("two at once");
      for (let look = 0; look < 3; look += 1) {
        if (!(await lock.isHeld())) faults.push("lost");
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      inside -= 1;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 10 }, enter));
    expect(faults).toEqual([]);
    expect(await readdir(join(path, ".."))).toEqual([]);
  }
}, 60_000);

test.runIf(process.platform === "linux")(
  "S-L2: a process id counts only on the machine, and since the start, that it is from",
  async () => {
    const path = await lockPath();
    const lock = await acquireLock(path);
    const [, pid, place = ""] = (await readFile(path, "utf8")).trim().split(" ");
    await lock.release();
    expect(pid).toBe(String(process.pid));
    // Cloned machines share a name, and every kernel gives its first process namespace the same number.
    const start = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    expect(decodeURIComponent(place).split("/")).toEqual([
      hostname(),
      start,
      await readlink("/proc/self/ns/pid"),
    ]);
  },
);

test("F-11: where no lock can be made, that is said at once", async () => {
  const path = join(await lockPath(), "no such folder", "lock");
  await expect(acquireLock(path)).rejects.toMatchObject({ code: "ENOENT" });
});
