import assert from "node:assert/strict";
import { isProviderError, type ProviderError } from "../errors/provider-error.ts";
import type { ModelEvent } from "../model/event.ts";
import type { ModelRequest } from "../model/request.ts";
import type { ContractSubject } from "./contract.ts";

/** A person's question to the subject's model. */
export function question(subject: ContractSubject): ModelRequest {
  return {
    model: subject.model,
    messages: [{ role: "user", content: [{ type: "text", text: "What is the weather in Oslo?" }] }],
  };
}

/** All events of an answer. */
export async function eventsOf(
  subject: ContractSubject,
  request: ModelRequest = question(subject),
): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of subject.provider.stream(request)) events.push(event);
  return events;
}

/** What an answer ended with, which must be a `ProviderError` without secrets, and the events before it. */
export async function failureOf(
  subject: ContractSubject,
): Promise<{ error: ProviderError; events: ModelEvent[] }> {
  const events: ModelEvent[] = [];
  try {
    for await (const event of subject.provider.stream(question(subject))) events.push(event);
  } catch (error) {
    assert.ok(isProviderError(error), `it threw something else: ${String(error)}`);
    assert.match(error.message, /^[^\n]{10,}$/, "the message is not one sentence");
    const shown = `${error.message} ${JSON.stringify(error)} ${error.stack ?? ""}`;
    for (const secret of subject.secrets()) {
      assert.ok(!shown.includes(secret), "the error shows a secret");
    }
    assert.ok(!events.some(({ type }) => type === "finish"), "it finished and failed as well");
    return { error, events };
  }
  assert.fail("the answer did not fail");
}
