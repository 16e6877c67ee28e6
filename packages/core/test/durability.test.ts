import promises, { copyFile, stat, truncate, writeFile, type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { textOf } from "@zotpilot/provider/model";
import { afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import {
  createAgent,
  createSession,
  defineTool,
  exportSession,
  foldTranscript,
  isDurable,
  openSession,
  type DurableEvent,
  type Session,
} from "../src/index.ts";
import { crashModelInfo, crashProvider, crashTools } from "./support/crash-conversation.ts";
import { pairingProblems } from "./support/run.ts";
import { call, say, scripted } from "./support/scripted.ts";
import { folder, historyOf, sessionFile, user } from "./support/session-files.ts";

// The file system is the real one; only the calls into it fail, or are written down, where a test says so.

interface Faults {
  /** Told of each write and sync that has succeeded. */
  done?: (what: "write" | "sync") => void;
  /** Says how many bytes of a write get to the disk before it fails with an error; undefined: all do. */
  failWrite?: (length: number) => { after: number; code: string } | undefined;
  failSync?: () => string | undefined;
  failRename?: () => string | undefined;
}
let faults: Faults = {};
const coded = (code: string): Error => Object.assign(new Error(code), { code });

beforeAll(async () => {
  const probe = await promises.open(import.meta.filename, "r");
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const write = prototype.write as (...parameters: unknown[]) => Promise<unknown>;
  const { datasync } = prototype;
  Object.assign(prototype, {
    async write(this: FileHandle, bytes: Buffer, offset: number, length: number, position: null) {
      const fault = faults.failWrite?.(length);
      if (fault) {
        // First a short write, as a full disk gives it, then the error.
        if (fault.after > 0) {
          faults.failWrite = () => ({ ...fault, after: 0 });
          return write.call(this, bytes, offset, Math.min(fault.after, length), position);
        }
        throw coded(fault.code);
      }
      const written = await write.call(this, bytes, offset, length, position);
      faults.done?.("write");
      return written;
    },
    async datasync(this: FileHandle) {
      const code = faults.failSync?.();
      if (code !== undefined) throw coded(code);
      await datasync.call(this);
      faults.done?.("sync");
    },
  });
  const { rename } = promises;
  promises.rename = async (from, to) => {
    const code = faults.failRename?.();
    if (code !== undefined) throw coded(code);
    return rename(from, to);
  };
  syncBuiltinESMExports();
});
afterEach(() => {
  faults = {};
});

const crashing = (session: Session) =>
  createAgent({
    provider: crashProvider(),
    model: "model-a",
    tools: crashTools,
    session,
    modelInfo: crashModelInfo,
  });

test("S-K4, F-6: what was told survives a power cut: a file cut back to its last sync, with zeros behind it, has all of it", async () => {
  const directory = await folder();
  const session = createSession({ directory, cwd: "/project" });
  const agent = crashing(session);
  let unsynced = 0;
  faults.done = (what) => (unsynced = what === "write" ? unsynced + 1 : 0);
  const cuts: { path: string; told: DurableEvent[] }[] = [];
  const told: DurableEvent[] = [];
  let durableBytes = 0;
  agent.subscribe(async (event) => {
    if (!isDurable(event)) return;
    // Nothing is told whose bytes may still be in a cache.
    expect(unsynced).toBe(0);
    told.push(event);
    durableBytes = (await stat(session.path)).size;
    const path = join(directory, `cut-${cuts.length}.jsonl`);
    await copyFile(session.path, path);
    await truncate(path, durableBytes);
    await writeFile(path, Buffer.alloc(4096), { flag: "a" });
    cuts.push({ path, told: [...told] });
  });
  await agent.prompt("first");
  await agent.prompt("second");
  await agent.close();
  faults = {};
  expect(told.map(({ type }) => type)).toContain("compacted");
  for (const cut of cuts) {
    expect(await historyOf(cut.path)).toEqual(cut.told);
    const opened = await openSession(cut.path);
    expect(opened.warnings).toHaveLength(1);
    expect(pairingProblems(foldTranscript(opened.events).messages)).toEqual([]);
    await opened.append(user("on again"));
    await opened.close();
    expect((await historyOf(cut.path)).at(-1)).toEqual(user("on again"));
  }
});

test("F-7, F-10: a write that fails behind any byte leaves no part of a record; all is written once there is room", async () => {
  const lengthOf = async (event: DurableEvent): Promise<number> => {
    const session = createSession({ directory: await folder(), cwd: "/p" });
    let last = 0;
    faults.failWrite = (length) => void (last = length);
    await session.append(event);
    await session.close();
    return last;
  };
  const prompt: DurableEvent = {
    type: "user_message",
    message: { role: "user", content: [{ type: "text", text: "2" }], at: new Date(0).toISOString() },
  };
  const length = await lengthOf(prompt);
  const step = process.env["ZOTPILOT_TEST_LONG"] ? 1 : 17;
  const codes = ["ENOSPC", "EDQUOT", "EIO"];
  for (let after = 0; after < length; after += step) {
    faults = {};
    const session = createSession({ directory: await folder(), cwd: "/p" });
    const agent = createAgent({
      provider: scripted(say("one"), say("two"), say("three")),
      model: "model-a",
      session,
      unsaved: "continue",
      now: () => new Date(0),
    });
    const notices: string[] = [];
    const told: DurableEvent[] = [];
    agent.subscribe((event) => {
      if (event.type === "notice") notices.push(event.text);
      if (isDurable(event)) told.push(event);
    });
    await agent.prompt("1");
    const before = (await stat(session.path)).size;
    const code = codes[after % codes.length] ?? "EIO";
    faults.failWrite = () => ({ after, code });
    expect(await agent.prompt("2"), `${code} after ${after}`).toEqual({ reason: "done" });
    expect((await stat(session.path)).size).toBe(before);
    expect(agent.unsaved).toEqual(told.slice(-2));
    expect(notices).toEqual([expect.stringMatching(/^the conversation goes on, but it is not saved: /)]);
    faults = {};
    expect(await agent.prompt("3")).toEqual({ reason: "done" });
    expect(notices.slice(1)).toEqual(["the conversation can be saved again, and is"]);
    expect(agent.unsaved).toEqual([]);
    await agent.close();
    const again = await openSession(session.path);
    await again.close();
    expect([again.events, again.warnings]).toEqual([told, []]);
  }
});

test("F-7, F-10: a sync that fails is a record that was not kept", async () => {
  for (const code of ["ENOSPC", "EDQUOT", "EIO"]) {
    const session = createSession({ directory: await folder(), cwd: "/p" });
    await session.append(user("one"));
    faults.failSync = () => code;
    await expect(session.append(user("two"))).rejects.toMatchObject({
      code: "session_unavailable",
      message: expect.stringMatching(new RegExp(`^cannot use the session at .*: (?!Error)`)),
    });
    faults = {};
    await session.append(user("three"));
    await session.close();
    expect(await historyOf(session.path)).toEqual([user("one"), user("three")]);
  }
});

test("F-10: a name that a scanner holds is taken after some tries; one that stays held leaves the old file", async () => {
  const directory = await folder();
  const path = await sessionFile(directory, [user("one")]);
  const target = join(directory, "talk.zotpilot");
  for (const code of ["EBUSY", "EPERM"]) {
    let tries = 0;
    faults.failRename = () => ((tries += 1) < 3 ? code : undefined);
    expect(await exportSession(path, target)).toBe(target);
    expect(tries).toBe(3);
  }
  const before = await historyOf(target);
  let tries = 0;
  faults.failRename = () => {
    tries += 1;
    return "EBUSY";
  };
  await expect(exportSession(path, target)).rejects.toMatchObject({ code: "session_unavailable" });
  expect(tries).toBe(5);
  expect(await historyOf(target)).toEqual(before);
  expect((await promises.readdir(directory)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("F-11: where there can be no session the conversation is in memory, and that is told once", async () => {
  const blocked = join(await folder(), "state");
  await writeFile(blocked, "a file where the folder should be");
  const agent = createAgent({
    provider: scripted(say("one"), say("two")),
    model: "model-a",
    session: createSession({ directory: join(blocked, "sessions"), cwd: "/p" }),
    unsaved: "continue",
  });
  const notices: string[] = [];
  agent.subscribe((event) => {
    if (event.type === "notice") notices.push(event.text);
  });
  expect(await agent.prompt("1")).toEqual({ reason: "done" });
  expect(await agent.prompt("2")).toEqual({ reason: "done" });
  expect(notices).toEqual([expect.stringMatching(/not saved: .*a part of its path is not a folder$/)]);
  expect(agent.transcript.messages).toHaveLength(4);
  expect(agent.unsaved).toHaveLength(4);
  await agent.close();
});

test("F-7: what could not be saved goes on with the next agent, and is saved by it", async () => {
  const tool = defineTool({
    name: "act",
    description: "acts",
    risk: "write",
    input: z.object({}),
    run: async () => {
      // The answer with the call is on disk; its result has no room.
      faults.failWrite = () => ({ after: 0, code: "ENOSPC" });
      return "acted";
    },
  });
  const session = createSession({ directory: await folder(), cwd: "/p" });
  const first = createAgent({
    provider: scripted(call({ id: "1", name: "act" }), say("done")),
    model: "model-a",
    tools: [tool],
    session,
    unsaved: "continue",
  });
  expect(await first.prompt("act")).toEqual({ reason: "done" });
  await first.close();
  expect(first.unsaved.map(({ type }) => type)).toEqual(["tool_message", "assistant_message"]);

  const reopened = await openSession(session.path, { pending: first.unsaved });
  const next = createAgent({
    provider: scripted(say("going on"), say("and on")),
    model: "model-b",
    session: reopened,
    unsaved: "continue",
  });
  expect(next.transcript.messages).toEqual(first.transcript.messages);
  expect(await next.prompt("go on")).toEqual({ reason: "done" });
  expect(next.unsaved).toHaveLength(4);
  faults = {};
  expect(await next.prompt("more")).toEqual({ reason: "done" });
  expect(next.unsaved).toEqual([]);
  await next.close();

  const last = await openSession(session.path);
  await last.close();
  const { messages } = foldTranscript(last.events);
  expect(pairingProblems(messages)).toEqual([]);
  expect(messages.map(textOf)).toEqual(["act", "", "acted", "done", "go on", "going on", "more", "and on"]);
});
