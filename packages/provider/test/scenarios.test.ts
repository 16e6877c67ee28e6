import { answer } from "@zotpilot/simulator";
import { describe, expect, test } from "vitest";
import { collectMessage, textOf } from "../src/index.ts";
import { SAID } from "./conformance/stream-rows.ts";
import { CHAT_PATH, TOKEN_PATH } from "./fake-service.ts";
import { hello, simulated } from "./simulated.ts";

// What one request comes to is in conformance.test.ts. These scenarios take more than one.

describe("listModels()", () => {
  test("models.429_with_cache: the list of before is better than none", async () => {
    const { copilot, count } = await simulated({ scenarios: ["models.429_with_cache"] });
    const first = await copilot.listModels();
    expect(await copilot.listModels()).toEqual(first);
    expect(count("/models")).toBe(2);
  });

  test("policy.needed: a model is enabled only when the caller asks for it", async () => {
    const { simulator, copilot } = await simulated({
      answer: answer.text(SAID),
      scenarios: ["policy.needed"],
    });
    expect((await copilot.listModels()).find(({ id }) => id === hello.model)?.policy).toBe("unconfigured");
    await expect(collectMessage(copilot.stream(hello))).rejects.toMatchObject({
      code: "model_not_found",
      message: expect.stringContaining("not accepted the terms") as string,
    });
    expect(simulator.requests.some((request) => request.path.endsWith("/policy"))).toBe(false);
    await copilot.enableModel(hello.model);
    expect(textOf((await collectMessage(copilot.stream(hello))).message)).toBe(SAID);
  });

  test("policy.refused: the refusal is told", async () => {
    const { copilot } = await simulated({ scenarios: ["policy.refused"] });
    await expect(copilot.enableModel(hello.model)).rejects.toMatchObject({ code: "forbidden" });
  });

  test("models.responses_only: the list tells the wire", async () => {
    const { copilot, count } = await simulated({ scenarios: ["models.responses_only"] });
    await copilot.listModels();
    expect((await collectMessage(copilot.stream(hello))).finishReason).toBe("end");
    expect(count(CHAT_PATH)).toBe(0);
  });

  test("models.responses_only: without the list the wire is switched once and remembered", async () => {
    const { copilot, count } = await simulated({ scenarios: ["models.responses_only"] });
    for (let call = 0; call < 3; call += 1) {
      expect((await collectMessage(copilot.stream(hello))).finishReason).toBe("end");
    }
    expect(count(CHAT_PATH)).toBe(1);
    expect(count("/models")).toBe(1);
    expect(count("/responses")).toBe(3);
  });

  test("an unknown model is told with the nearest ones", async () => {
    const { copilot } = await simulated();
    await copilot.listModels();
    await expect(collectMessage(copilot.stream({ ...hello, model: "gpt-4.2" }))).rejects.toMatchObject({
      code: "model_not_found",
      message: expect.stringMatching(/"gpt-4\.2".*nearest.*gpt-4/) as string,
    });
  });
});

describe("user()", () => {
  test("a paid account", async () => {
    const { copilot } = await simulated();
    const user = await copilot.user();
    expect(user).toMatchObject({ plan: "individual", login: expect.any(String) as string });
    expect(user.quotas.map((quota) => quota.name)).toContain("premium_interactions");
  });

  test("user.free: a free account", async () => {
    const { copilot } = await simulated({ scenarios: ["user.free"] });
    const user = await copilot.user();
    expect(user.plan).toBe("free");
    expect(user.quotas.find((quota) => quota.name === "chat")).toMatchObject({
      remaining: 37,
      entitlement: 50,
    });
  });

  test("user.404: one sentence", async () => {
    const { copilot } = await simulated({ scenarios: ["user.404"] });
    await expect(copilot.user()).rejects.toMatchObject({ code: "bad_request", status: 404 });
  });
});

describe("more than one turn", () => {
  const turn = (copilot: Awaited<ReturnType<typeof simulated>>["copilot"]) =>
    collectMessage(copilot.stream(hello)).then(({ message }) => textOf(message));

  test("exchange.refresh_fails_old_valid: goes on with the token that is still good", async () => {
    const { copilot, advance } = await simulated({
      answer: answer.text(SAID),
      scenarios: ["exchange.refresh_fails_old_valid"],
    });
    expect(await turn(copilot)).toBe(SAID);
    advance(26 * 60_000);
    expect(await turn(copilot)).toBe(SAID);
  });

  test("exchange.short: one exchange for many turns within the shortest life that we accept", async () => {
    const { copilot, advance, count } = await simulated({
      answer: answer.text(SAID),
      scenarios: ["exchange.short"],
    });
    for (let second = 0; second < 20; second += 1) {
      expect(await turn(copilot)).toBe(SAID);
      advance(1000);
    }
    expect(count(TOKEN_PATH)).toBe(1);
  });

  test.each(["exchange.clock_ahead", "exchange.clock_behind"])(
    "%s: one exchange in 25 minutes",
    async (name) => {
      const { copilot, advance, count } = await simulated({ answer: answer.text(SAID), scenarios: [name] });
      for (let minute = 0; minute < 24; minute += 4) {
        expect(await turn(copilot)).toBe(SAID);
        advance(4 * 60_000);
      }
      expect(count(TOKEN_PATH)).toBe(1);
      advance(2 * 60_000);
      expect(await turn(copilot)).toBe(SAID);
      expect(count(TOKEN_PATH)).toBe(2);
    },
  );

  test("exchange.same_token_again: a token that is refused and comes back is tried once", async () => {
    const { simulator, copilot, count } = await simulated({ scenarios: ["exchange.same_token_again"] });
    await collectMessage(copilot.stream(hello));
    simulator.use("capi.401_always");
    for (let round = 0; round < 5; round += 1) {
      await expect(turn(copilot)).rejects.toMatchObject({ code: "unauthenticated" });
    }
    expect(count(TOKEN_PATH)).toBe(2);
  });

  test("chat.reasoning_echo_required: opaque reasoning goes back to the model that it came from", async () => {
    const { simulator, copilot } = await simulated({
      answer: answer.text(SAID),
      scenarios: ["chat.reasoning_echo_required"],
    });
    const asked = { ...hello, model: "gemini-2.5-pro" };
    const models = await copilot.listModels();
    const model = models.find(({ vendor }) => /google/i.test(vendor))?.id ?? asked.model;
    const { message } = await collectMessage(copilot.stream({ ...hello, model }));
    const call = message.content.find((part) => part.type === "tool_call");
    const results = [
      ...hello.messages,
      message,
      {
        role: "tool" as const,
        callId: call?.id ?? "",
        name: call?.name ?? "",
        content: [{ type: "text" as const, text: "the file" }],
        isError: false,
      },
    ];
    const tools = [{ name: "read_file", description: "Reads.", parameters: { type: "object" } }];
    const second = await collectMessage(copilot.stream({ ...hello, model, tools, messages: results }));
    expect(textOf(second.message)).toBe(SAID);
    // Another model must not see it; the service, which insists here, then has nothing to say.
    const other = copilot.stream({ ...hello, tools, messages: results });
    await expect(collectMessage(other)).rejects.toMatchObject({ code: "invalid_response" });
    const sent = JSON.stringify(simulator.requests.at(-1)?.body);
    expect(sent).not.toContain("reasoning");
  });
});
