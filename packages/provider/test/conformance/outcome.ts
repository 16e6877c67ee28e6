import { expect } from "vitest";
import { isProviderError, textOf, type collectMessage } from "../../src/index.ts";
import { everythingOf, expectNoSecret } from "../canary.ts";
import type { Simulated } from "../simulated.ts";
import type { Failure } from "./stream-rows.ts";

/** GitHub's tokens, and those that Copilot makes of them. */
const TOKEN = /\bgh[a-z]_\w{10}|\bgithub_pat_\w{10}|\btid=\w/;

/** What a call came to: its result, or what it threw. */
export type Outcome<Result> = { result: Result } | { error: unknown };

/** Waits for a call; nothing that it gives or throws may show a secret. */
export async function outcomeOf<Result>(
  { secrets }: Pick<Simulated, "secrets">,
  call: Promise<Result>,
): Promise<Outcome<Result>> {
  const outcome = await call.then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  // The check is none if nothing secret has been sent.
  expect(secrets().size).toBeGreaterThan(0);
  const shown = "error" in outcome ? outcome.error : outcome.result;
  expectNoSecret(shown, secrets());
  // Also tokens that were handed out and never sent.
  expect(everythingOf(shown)).not.toMatch(TOKEN);
  return outcome;
}

/** The result of a call that has to succeed. */
export function resultOf<Result>(outcome: Outcome<Result>): Result {
  if ("error" in outcome) throw outcome.error;
  return outcome.result;
}

/** Compares what was thrown with what is expected. */
export function expectFailure(outcome: Outcome<unknown>, expected: Failure): void {
  const failure = "error" in outcome ? outcome.error : new Error("it did not fail");
  if (!isProviderError(failure)) throw failure;
  const { code, retryable, serviceCode, retryAfterMs } = expected;
  expect({ code: failure.code, retryable: failure.retryable }, failure.message).toEqual({ code, retryable });
  if (serviceCode !== undefined) expect(failure.serviceCode).toBe(serviceCode);
  // Dates have whole seconds.
  if (retryAfterMs !== undefined) {
    expect(Math.abs((failure.retryAfterMs ?? 0) - retryAfterMs)).toBeLessThan(2000);
  } else expect(failure.retryAfterMs).toBeUndefined();
  if (expected.says) expect(failure.message).toMatch(expected.says);
  if (expected.hint) expect(failure.hint).toMatch(expected.hint);
}

/** An error in words that are the same in each run. */
export function describeFailure(error: unknown): string {
  if (!isProviderError(error)) return `threw ${String(error)}`;
  const { code, retryable, serviceCode, status, retryAfterMs } = error;
  const words = [`error \`${code}\``];
  if (status !== undefined) words.push(`status ${status}`);
  if (serviceCode !== undefined && serviceCode !== code) words.push(`\`${serviceCode}\``);
  words.push(retryable ? "retryable" : "final");
  if (retryAfterMs !== undefined) words.push(`wait ${inWords(retryAfterMs)}`);
  return words.join(", ");
}

/** Dates are known to the second: longer times are told in minutes and hours. */
function inWords(milliseconds: number): string {
  if (milliseconds < 60_000) return `${Math.round(milliseconds / 1000)} s`;
  const minutes = Math.round(milliseconds / 60_000);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

const short = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** An answer in words that are the same in each run. */
export function describeMessage({
  message,
  finishReason,
}: Awaited<ReturnType<typeof collectMessage>>): string {
  const words: string[] = [];
  const text = textOf(message);
  if (text !== "") words.push(`text "${short(text)}"`);
  for (const part of message.content) {
    if (part.type === "reasoning")
      words.push(part.opaque === undefined ? "reasoning" : "reasoning with state");
    if (part.type === "tool_call") words.push(`call \`${part.name} ${short(part.arguments)}\``);
  }
  words.push(`finish \`${finishReason}\``);
  return words.join(", ");
}
