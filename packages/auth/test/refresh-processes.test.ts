import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { createFileStore } from "../src/index.ts";
import { long } from "./long.ts";
import { refreshServer } from "./refresh-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const script = fileURLToPath(new URL("./children/refresh-rounds.ts", import.meta.url));

interface Answer {
  readonly token?: string;
  readonly refreshToken?: string;
  readonly problem?: string;
}

/** Numbers that look random and are the same in every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

async function start(path: string, id: string): Promise<ChildProcess> {
  const child = fork(script, [path, id], { execArgv: ["--conditions=@zotpilot/source"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "message");
  return child;
}

/** The child's answer, or undefined when it died before it gave one. */
async function ask(child: ChildProcess): Promise<Answer | undefined> {
  const over = new AbortController();
  const answer = once(child, "message", { signal: over.signal }).then(([message]) => message as Answer);
  const death = once(child, "exit", { signal: over.signal }).then(() => undefined);
  child.send("go", () => undefined);
  const first = await Promise.race([answer, death]);
  over.abort();
  await Promise.allSettled([answer, death]);
  return first;
}

async function play(processes: number, rounds: number, kills: number) {
  const server = await refreshServer({ lenient: kills > 0 });
  const path = join(await temporaryFolder(), "state", "credentials.json");
  const store = createFileStore({ path });
  await store.set(server.id, server.expired());
  const random = dice(20_260_101);
  const killed = new Set<string>();
  let answers = 0;
  const children = await Promise.all(Array.from({ length: processes }, () => start(path, server.id)));

  for (let round = 0; round < rounds; round += 1) {
    const before = server.token();
    const asked = children.map(ask);
    const victims = Array.from({ length: Math.floor(random() * (kills + 1)) }, () =>
      Math.floor(random() * processes),
    );
    for (const victim of victims) {
      await new Promise((resolve) => setTimeout(resolve, random() * 40));
      const child = children[victim];
      if (child?.kill("SIGKILL")) killed.add(String(child.pid));
    }
    for (const answer of await Promise.all(asked)) {
      if (answer === undefined) continue;
      answers += 1;
      // Never signed out, never the old token again, never a half of one pair with a half of another.
      expect(answer).toEqual({
        token: server.token(),
        refreshToken: server.token().replace("ghu_", "ghr_"),
      });
    }
    await Promise.all(
      [...new Set(victims)].map(async (index) => (children[index] = await start(path, server.id))),
    );
    const stored = await store.get(server.id);
    if (server.token() !== before && killed.size === 0)
      expect(stored).toMatchObject({ token: server.token() });
    expect(stored?.refreshToken).toBe(stored?.token.replace("ghu_", "ghr_"));
    await store.update(server.id, (current) => current && { ...server.expired(), ...pairOf(current) });
  }

  return { server, killed, answers, folder: dirname(path), store };
}

const pairOf = ({ token, refreshToken }: { token: string; refreshToken?: string | undefined }) => ({
  token,
  ...(refreshToken !== undefined && { refreshToken }),
});

test(
  "S-L1: processes with an expired token exchange it once, all together",
  { timeout: 900_000 },
  async () => {
    const [processes, rounds] = long ? [50, 100] : [4, 2];
    const { server, answers } = await play(processes, rounds, 0);
    expect(answers).toBe(processes * rounds);
    expect(server.exchanges.map(({ generation }) => generation)).toEqual(
      Array.from({ length: rounds }, (_, index) => index + 1),
    );
    expect(server.refusals).toEqual([]);
  },
);

test(
  "S-L1, F-42: also when some are killed at any moment, nobody is signed out and no file is mixed",
  { timeout: 900_000 },
  async () => {
    const [processes, rounds, kills] = long ? [50, 100, 5] : [4, 3, 2];
    const { server, killed, answers, folder, store } = await play(processes, rounds, kills);
    expect(killed.size).toBeGreaterThan(0);
    expect(answers).toBeGreaterThanOrEqual(processes * rounds - killed.size);
    expect(server.refusals).toEqual([]);
    // Only whoever died before it could save what it got leaves a second exchange to another.
    for (const [index, { generation, process }] of server.exchanges.entries()) {
      const isLast = server.exchanges[index + 1]?.generation !== generation;
      expect(isLast || killed.has(process)).toBe(true);
    }
    // What the dead left behind goes with the next save.
    await store.set("another@github.com", server.expired());
    const names = await readdir(folder);
    expect(names.filter((name) => !name.startsWith("turn-"))).toEqual(["credentials.json"]);
  },
);
