import assert from "node:assert/strict";
import { question } from "./ask.ts";
import type { ContractStep, ContractSubject } from "./contract.ts";

/** How long the service is given to notice that nobody listens any more. */
const PATIENCE_MS = 5_000;

async function untilAbandoned(subject: ContractSubject): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (subject.abandoned() === 0) {
    assert.ok(Date.now() < deadline, "the service was never told that the caller had left");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Ways to stop. */
export const abortCases: readonly ContractStep[] = [
  {
    name: "an abort beforehand throws its own reason and sends nothing",
    situation: "text",
    async check(subject) {
      const reason = new Error("no longer wanted");
      const signal = AbortSignal.abort(reason);
      const events = subject.provider.stream(question(subject), { signal })[Symbol.asyncIterator]();
      await assert.rejects(events.next(), (error) => error === reason);
      assert.equal(subject.calls(), 0);
      await assert.rejects(subject.provider.listModels({ signal }), (error) => error === reason);
    },
  },
  {
    name: "an abort in the middle throws its own reason, and the service is told",
    situation: "hang",
    async check(subject) {
      const controller = new AbortController();
      const reason = new Error("enough");
      const { signal } = controller;
      const reading = (async () => {
        for await (const event of subject.provider.stream(question(subject), { signal })) {
          if (event.type === "text_delta") controller.abort(reason);
        }
      })();
      await assert.rejects(reading, (error) => error === reason);
      await untilAbandoned(subject);
    },
  },
  {
    name: "leaving the loop cancels the request",
    situation: "hang",
    async check(subject) {
      for await (const event of subject.provider.stream(question(subject))) {
        if (event.type === "text_delta") break;
      }
      await untilAbandoned(subject);
    },
  },
  {
    name: "leaving the loop at the first event cancels the request too",
    situation: "hang",
    async check(subject) {
      for await (const event of subject.provider.stream(question(subject))) {
        assert.equal(event.type, "response_start");
        break;
      }
      await untilAbandoned(subject);
    },
  },
];
