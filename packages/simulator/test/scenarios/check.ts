import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { Simulator } from "../../src/index.ts";
import { chat, IDE, mint } from "../client.ts";

/** Shows the effect of a scenario on the wire; it must fail when the scenario is not played. */
export type Check = (simulator: Simulator) => Promise<void>;

/** An answer, read to its end. */
export interface Got {
  status: number;
  headers: Headers;
  text: string;
}

/** Reads a response to its end. */
export async function read(coming: Promise<Response>): Promise<Got> {
  const response = await coming;
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** One chat request with a fresh token. */
export async function ask(simulator: Simulator, body: Record<string, unknown> = {}): Promise<Got> {
  return read(chat(simulator, body));
}

/** The statuses of some chat requests, each with a token of its own. */
export async function statuses(simulator: Simulator, count: number): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index += 1) all.push((await ask(simulator)).status);
  return all;
}

/** A call of the Copilot API that is no chat. */
export async function capi(
  simulator: Simulator,
  path: string,
  init: { method?: string; body?: string } = {},
): Promise<Got> {
  const headers = { ...IDE, authorization: `Bearer ${await mint(simulator)}` };
  return read(fetch(simulator.origin + path, { ...init, headers }));
}

/** A call of api.github.com with the simulator's token. */
export async function rest(simulator: Simulator, path: string): Promise<Got> {
  return read(
    fetch(simulator.origin + path, { headers: { authorization: `token ${simulator.githubToken}` } }),
  );
}

/** Expects that nothing comes. A slow machine can only make this pass; the wait is long enough for it to answer, too. */
export async function expectSilence(coming: Promise<unknown>): Promise<void> {
  const outcome = coming.then(
    () => "came",
    () => "failed",
  );
  expect(await Promise.race([outcome, delay(1500, "silence")])).toBe("silence");
}

/** Expects a refused chat request: its status, what is in its body, and some of its headers. */
export function refuses(
  status: number,
  text: string | RegExp,
  headers: Record<string, string | null> = {},
): Check {
  return async (simulator) => {
    const got = await ask(simulator);
    expect(got.status).toBe(status);
    expect(got.text).toMatch(text);
    for (const [name, value] of Object.entries(headers))
      expect([name, got.headers.get(name)]).toEqual([name, value]);
  };
}
