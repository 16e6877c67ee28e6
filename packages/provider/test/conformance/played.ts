import { expect } from "vitest";
import { collectMessage, textOf, type CopilotOptions, type ModelRequest } from "../../src/index.ts";
import { TOKEN_PATH } from "../fake-service.ts";
import { hello, type Simulated } from "../simulated.ts";
import { outcomeOf, resultOf, type Outcome } from "./outcome.ts";

/** What was done in a scenario, and what came of it, in words. */
export interface Played {
  call: string;
  did: string;
  requests: string;
}

/** Starts the scenario, and the client; `later` when the scenario is to begin in the middle. */
export type Start = (options?: Partial<CopilotOptions>, when?: "later") => Promise<Simulated>;
/** Plays one scenario: does what it is about, and compares what comes of it with what only it can cause. */
export type Play = (start: Start, name: string) => Promise<Played>;

export type Answer = Awaited<ReturnType<typeof collectMessage>>;

/** How many requests each path has had, in words. */
export function requestsOf({ simulator }: Simulated): string {
  const counts = new Map<string, number>();
  for (const { path } of simulator.requests) counts.set(path, (counts.get(path) ?? 0) + 1);
  const short = (path: string) =>
    path === TOKEN_PATH
      ? "exchange"
      : path.replace("/copilot_internal/", "").replace(/^\/v1\/engines\/.*\//, "");
  return [...counts].map(([path, count]) => `${count} ${short(path).replace(/^\//, "")}`).join(", ");
}

/** A row of the table. */
export function told(all: Simulated, call: string, did: string): Played {
  return { call, did, requests: requestsOf(all) };
}

/** Asks the model, and looks for secrets in what comes of it. */
export function ask(all: Simulated, asks: Partial<ModelRequest> = {}): Promise<Outcome<Answer>> {
  return outcomeOf(all, collectMessage(all.copilot.stream({ ...hello, ...asks })));
}

/** Asks the model and expects it to answer. */
export async function answerOf(all: Simulated, asks?: Partial<ModelRequest>): Promise<Answer> {
  return resultOf(await ask(all, asks));
}

/** Asks the model and expects these words. */
export async function expectText(all: Simulated, text: string, asks?: Partial<ModelRequest>): Promise<void> {
  expect(textOf((await answerOf(all, asks)).message)).toBe(text);
}

/** What the log holds of a path. */
export function sentTo(all: Simulated, path: string): Simulated["simulator"]["requests"] {
  return all.simulator.requests.filter((request) => request.path === path);
}

/** Sends a body as it is, without the care that the client takes, to see that the scenario is in force. */
export async function byHand(
  all: Simulated,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; said: string }> {
  const response = await all.copilot.fetch(`https://copilot.invalid${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, said: await response.text() };
}
