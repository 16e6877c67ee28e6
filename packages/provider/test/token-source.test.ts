import { describe, expect, onTestFinished, test } from "vitest";
import { collectCompletion, collectMessage, createCopilot, ProviderError } from "../src/index.ts";
import { hello } from "./simulated.ts";

const CASES: Record<string, Error> = {
  "an error with a code in capitals": Object.assign(new Error("the store is locked"), {
    code: "STORE_LOCKED",
  }),
  "an error of a file": Object.assign(new Error("no permission"), { code: "EACCES", path: "/x" }),
  "an error that looks like the network's": Object.assign(new Error("no"), { code: "ECONNREFUSED" }),
  "several errors": new AggregateError([new Error("one"), new Error("two")], "no store works"),
  "an error of its own class": new (class StoreError extends Error {})("gone"),
  "a frozen error": Object.freeze(new Error("frozen")),
  "a ProviderError": new ProviderError("unauthenticated", "Nobody has signed in yet."),
};

describe.each(Object.entries(CASES))("what the token source throws: %s", (_name, thrown) => {
  const client = () => {
    const githubToken = () => {
      throw thrown;
    };
    const copilot = createCopilot({ githubToken, host: "http://127.0.0.1:1" });
    onTestFinished(() => copilot.close());
    return copilot;
  };

  test("reaches the caller of every method unchanged", async () => {
    const copilot = client();
    const calls: Promise<unknown>[] = [
      collectMessage(copilot.stream(hello)),
      collectCompletion(copilot.complete({ prompt: "a" })),
      copilot.listModels(),
      copilot.models(),
      copilot.embeddings("a"),
      copilot.enableModel("a"),
      copilot.user(),
      copilot.dispatcher.request({ origin: "https://copilot.invalid", path: "/models", method: "GET" }),
    ];
    for (const call of await Promise.allSettled(calls)) {
      expect(call.status === "rejected" ? call.reason : "no error").toBe(thrown);
    }
  });

  test("reaches the caller of `fetch` unchanged, or as an answer that says it", async () => {
    const answered = client().fetch("https://copilot.invalid/models");
    if (thrown instanceof ProviderError) expect((await answered).status).toBe(401);
    else expect(await answered.catch((error: unknown) => error)).toBe(thrown);
  });
});
