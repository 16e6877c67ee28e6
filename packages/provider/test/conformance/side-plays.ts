import { expect } from "vitest";
import { expectFailure, describeFailure, outcomeOf, resultOf } from "./outcome.ts";
import { byHand, sentTo, told, type Play } from "./played.ts";

const texts = (count: number) => Array.from({ length: count }, (_, index) => `text ${index}`);
const PATH = "/embeddings";

/** What the client does besides answers: vectors, the account, and what a code completion quotes. */
export const SIDE: Readonly<Record<string, Play>> = {
  "embeddings.batch": async (start, name) => {
    const all = await start();
    const inOrder = resultOf(
      await outcomeOf(all, all.copilot.embeddings(texts(3), { dimensions: 8 })),
    ).embeddings;
    all.simulator.clearScenarios();
    const alone = await Promise.all(texts(3).map((text) => all.copilot.embeddings(text, { dimensions: 8 })));
    expect(new Set(inOrder.map(String)).size, name).toBe(3);
    expect(inOrder).toEqual(alone.flatMap(({ embeddings }) => embeddings));
    return told(all, "embeddings, of three texts and of each", "3 vectors, each that of its text");
  },
  "embeddings.too_many": async (start) => {
    const all = await start();
    const { embeddings } = resultOf(
      await outcomeOf(all, all.copilot.embeddings(texts(40), { dimensions: 8 })),
    );
    expect(embeddings).toHaveLength(40);
    const sizes = sentTo(all, PATH).map(({ body, status }) => [
      (body as { input: unknown[] }).input.length,
      status,
    ]);
    expect(sizes).toEqual([
      [40, 400],
      [16, 200],
      [16, 200],
      [8, 200],
    ]);
    return told(
      all,
      "embeddings, of 40 texts",
      "40 vectors, in batches of 16 once the list had told that limit",
    );
  },
  "embeddings.single_string": async (start) => {
    const all = await start();
    const { embeddings } = resultOf(await outcomeOf(all, all.copilot.embeddings("alone", { dimensions: 8 })));
    expect(embeddings).toHaveLength(1);
    const refused = await byHand(all, PATH, { model: "text-embedding-3-small", input: "alone" });
    expect(refused).toEqual({ status: 400, said: expect.stringContaining("must be a list") });
    return told(
      all,
      "embeddings, of one text; then by hand",
      "1 vector, asked for as a list; a bare text is refused by hand",
    );
  },
  "fim.annotations": async (start) => {
    const all = await start();
    const asked = all.copilot.complete({ prompt: "def add(a, b):\n", suffix: "\n", language: "python" });
    const events = resultOf(await outcomeOf(all, Array.fromAsync(asked)));
    const said = events.map((event) => (event.type === "text_delta" ? event.text : ""));
    expect(said.join("")).toBe("copied code");
    expect(events.filter(({ type }) => type === "annotation")).not.toHaveLength(0);
    return told(all, "complete", 'texts "copied code", with what it was copied from');
  },
  "user.paid": async (start) => {
    const all = await start();
    const { plan, quotas } = resultOf(await outcomeOf(all, all.copilot.user()));
    expect(plan).toBe("individual");
    expect(quotas).toContainEqual(
      expect.objectContaining({ name: "premium_interactions", entitlement: 300 }),
    );
    return told(all, "user", `plan ${plan}, allowances ${quotas.map(({ name }) => name).join(", ")}`);
  },
  "user.free": async (start) => {
    const all = await start();
    const { plan, quotas } = resultOf(await outcomeOf(all, all.copilot.user()));
    expect(plan).toBe("free");
    const left = quotas.map(({ name, remaining, entitlement }) => [name, remaining, entitlement]);
    expect(left).toEqual([
      ["chat", 37, 50],
      ["completions", 1804, 2000],
    ]);
    return told(all, "user", "plan free, 37 of 50 chats and 1804 of 2000 completions left");
  },
  "user.404": async (start) => {
    const all = await start();
    const outcome = await outcomeOf(all, all.copilot.user());
    expectFailure(outcome, { code: "bad_request", retryable: false, says: /404/ });
    return told(all, "user", "error" in outcome ? describeFailure(outcome.error) : "");
  },
};
