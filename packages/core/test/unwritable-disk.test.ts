import { spawnSync } from "node:child_process";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSession } from "../src/index.ts";
import { assistant, folder, historyOf, sessionFile, user } from "./support/session-files.ts";

const mount = (...args: string[]): boolean => spawnSync("mount", args).status === 0;
const mayMount = process.platform === "linux" && process.getuid?.() === 0;

/** A small disk of its own; undefined where none may be mounted. */
async function disk(options: string): Promise<string | undefined> {
  const directory = await folder();
  if (!mount("-t", "tmpfs", "-o", `mode=700,${options}`, "tmpfs", directory)) return undefined;
  onTestFinished(() => void spawnSync("umount", ["-l", directory]));
  return directory;
}

const crashed = [user("start"), assistant("reading", "1")];

test.runIf(mayMount)(
  "F-11, F-4: on a disk that can only be read, an interrupted session opens, and is mended once there is more to write",
  async (context) => {
    const directory = await disk("size=1m");
    if (!directory) return context.skip();
    const path = await sessionFile(directory, crashed);
    mount("-o", "remount,ro", directory);
    const session = await openSession(path);
    expect(session.events.map(({ type }) => type)).toEqual([
      ...crashed.map(({ type }) => type),
      "tool_message",
    ]);
    await expect(session.append(user("more"))).rejects.toMatchObject({
      code: "session_unavailable",
      message: expect.stringMatching(/the file system is read-only$/),
    });
    expect(await historyOf(path)).toEqual(crashed);
    mount("-o", "remount,rw", directory);
    await session.append(user("more"));
    await session.close();
    expect(await historyOf(path)).toEqual([...session.events, user("more")]);
  },
);

test.runIf(mayMount)(
  "F-7, F-10: on a disk without room for another file a session opens, and is written by one program once there is room",
  async (context) => {
    const directory = await disk("size=1m,nr_inodes=16");
    if (!directory) return context.skip();
    const path = await sessionFile(directory, crashed);
    let files = 0;
    const fill = async (): Promise<void> => {
      for (;;) await writeFile(join(directory, `filler-${(files += 1)}`), "");
    };
    await expect(fill()).rejects.toMatchObject({ code: "ENOSPC" });
    const session = await openSession(path);
    expect(session.events).toHaveLength(3);
    await expect(session.append(user("more"))).rejects.toMatchObject({
      code: "session_unavailable",
      message: expect.stringMatching(/the disk is full$/),
    });
    await rm(join(directory, "filler-1"));
    await session.append(user("more"));
    await expect(openSession(path, { held: "throw" })).rejects.toMatchObject({ code: "session_locked" });
    await session.close();
    expect((await readdir(directory)).filter((name) => name.endsWith(".lock"))).toEqual([]);
    expect(await historyOf(path)).toEqual([...session.events, user("more")]);
  },
);
