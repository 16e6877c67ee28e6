import assert from "node:assert/strict";
import { failureOf } from "./ask.ts";
import type { ContractStep } from "./contract.ts";

/** Failures: each is one error, and none looks like an answer. */
export const failureCases: readonly ContractStep[] = [
  {
    name: "an answer that breaks off is an error after what came of it, and is not asked for again",
    situation: "cut",
    async check(subject) {
      const { error, events } = await failureOf(subject);
      assert.ok(["network", "invalid_response"].includes(error.code), `its code is ${error.code}`);
      assert.ok(error.retryable, "it is not worth another try");
      assert.ok(
        events.some(({ type }) => type === "text_delta"),
        "what came before is lost",
      );
      assert.equal(subject.calls(), 1);
    },
  },
  {
    name: "a refused credential is said as such, and not worth another try",
    situation: "refuse_credential",
    async check(subject) {
      const { error } = await failureOf(subject);
      assert.equal(error.code, "unauthenticated");
      assert.equal(error.status, 401);
      assert.equal(error.retryable, false);
      assert.ok(error.hint, "it does not say what to do");
    },
  },
  {
    name: "a limit says how long to wait, and is not waited for",
    situation: "limit",
    async check(subject) {
      const { error } = await failureOf(subject);
      assert.equal(error.code, "rate_limited");
      assert.ok((error.retryAfterMs ?? 0) > 0, "it does not say how long");
      assert.ok(error.resetsAt, "it does not say until when");
      assert.equal(subject.calls(), 1);
    },
  },
  {
    name: "a failing service is told as such, and a model call is not repeated",
    situation: "fail",
    async check(subject) {
      const { error } = await failureOf(subject);
      assert.equal(error.code, "server_error");
      assert.ok(error.retryable);
      assert.equal(subject.calls(), 1);
    },
  },
  {
    name: "a redirect is refused, and nothing arrives where it leads",
    situation: "redirect",
    async check(subject) {
      const { error } = await failureOf(subject);
      assert.equal(error.retryable, false);
      assert.match(error.message, /redirect/);
      assert.equal(subject.strayed(), 0);
    },
  },
];
