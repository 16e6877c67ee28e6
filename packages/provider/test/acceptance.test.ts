import { answer } from "@zotpilot/simulator";
import { describe, expect, test } from "vitest";
import { collectMessage, createCopilot, isProviderError, textOf } from "../src/index.ts";
import { CHAT_PATH, TOKEN_PATH } from "./fake-service.ts";
import { hello, simulated } from "./simulated.ts";

const MINUTE = 60_000;

describe("tokens", () => {
  test("a token that expires between two turns costs exactly one exchange", async () => {
    const { simulator, copilot, advance, count } = await simulated({ answer: answer.text("Hi.") });
    expect(textOf((await collectMessage(copilot.stream(hello))).message)).toBe("Hi.");
    expect(count(TOKEN_PATH)).toBe(1);
    advance(31 * MINUTE);
    expect(textOf((await collectMessage(copilot.stream(hello))).message)).toBe("Hi.");
    expect(count(TOKEN_PATH)).toBe(2);
    // The client saw it coming: the service never had to refuse anything.
    expect(simulator.requests.map((request) => request.status)).toEqual([200, 200, 200, 200]);
  });

  test("a token that expires by the service's clock alone costs one exchange and one request", async () => {
    const { simulator, copilot, count } = await simulated({ answer: answer.text("Hi.") });
    await collectMessage(copilot.stream(hello));
    simulator.clock.advance(31 * MINUTE);
    await collectMessage(copilot.stream(hello));
    expect(count(TOKEN_PATH)).toBe(2);
    const chats = simulator.requests.filter((request) => request.path === CHAT_PATH);
    expect(chats.map((request) => request.status)).toEqual([200, 401, 200]);
    // The second attempt is the same request: the initiator decides what it costs.
    expect(chats[2]?.headers["x-initiator"]).toBe(chats[1]?.headers["x-initiator"]);
    expect(chats[2]?.headers["x-request-id"]).toBe(chats[1]?.headers["x-request-id"]);
    expect(chats[2]?.body).toEqual(chats[1]?.body);
  });

  test("a 401 in the middle of ten parallel requests costs exactly one exchange, and all ten succeed", async () => {
    const { simulator, copilot, count } = await simulated({ answer: answer.text("Hi.") });
    await collectMessage(copilot.stream(hello));
    expect(count(TOKEN_PATH)).toBe(1);
    // The service gathers ten requests with the old token before it refuses them all.
    simulator.use("capi.401_concurrent");
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => collectMessage(copilot.stream(hello))),
    );
    expect(answers.map(({ message }) => textOf(message))).toEqual(Array.from({ length: 10 }, () => "Hi."));
    expect(count(TOKEN_PATH)).toBe(2);
    const chats = simulator.requests.filter((request) => request.path === CHAT_PATH);
    expect(chats.filter((request) => request.status === 401)).toHaveLength(10);
    expect(chats.filter((request) => request.status === 200)).toHaveLength(11);
    const old = chats[0]?.headers["authorization"];
    expect(chats.filter((request) => request.headers["authorization"] === old)).toHaveLength(11);
  });

  test("two hundred requests at once without a token cost one exchange", async () => {
    const { simulator, copilot, count } = await simulated({
      answer: answer.text("Hi."),
      scenarios: ["exchange.concurrent"],
    });
    await Promise.all(Array.from({ length: 200 }, () => collectMessage(copilot.stream(hello))));
    expect(count(TOKEN_PATH)).toBe(1);
    expect(simulator.requests.every((request) => request.status === 200)).toBe(true);
  });

  test("a second 401 is the caller's, with the service's own words", async () => {
    const { copilot, count } = await simulated({ scenarios: ["capi.401_always"] });
    const error = await collectMessage(copilot.stream(hello)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "unauthenticated", status: 401, retryable: false });
    expect(String(error)).toContain("token expired");
    expect([count(TOKEN_PATH), count(CHAT_PATH)]).toEqual([2, 2]);
  });

  test("when the renewal fails, the caller gets the refusal and not the failed renewal", async () => {
    const { copilot, count } = await simulated({ scenarios: ["capi.401_then_mint_fails"] });
    const error = await collectMessage(copilot.stream(hello)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "unauthenticated", status: 401 });
    expect(count(CHAT_PATH)).toBe(1);
  });

  test("an abort during the renewal rejects with its reason, and the next call works", async () => {
    const { simulator, copilot } = await simulated({ answer: answer.text("Hi.") });
    await collectMessage(copilot.stream(hello));
    simulator.use("capi.401_once", "exchange.hang");
    const controller = new AbortController();
    const waiting = collectMessage(copilot.stream(hello, { signal: controller.signal }));
    await expect.poll(() => simulator.requests.filter((one) => one.path === TOKEN_PATH).length).toBe(2);
    controller.abort(new Error("stop"));
    await expect(waiting).rejects.toThrow("stop");
    await expect.poll(() => simulator.requests.at(-1)?.aborted).toBe(true);
    simulator.clearScenarios();
    expect(textOf((await collectMessage(copilot.stream(hello))).message)).toBe("Hi.");
  });

  test("two clients of two accounts never use each other's tokens", async () => {
    const left = await simulated({ answer: answer.text("left") });
    const right = await simulated({ answer: answer.text("right") });
    const rounds = Array.from({ length: 20 }, (_, index) => {
      const side = index % 2 === 0 ? left : right;
      return collectMessage(side.copilot.stream(hello)).then(({ message }) => textOf(message));
    });
    expect(await Promise.all(rounds)).toEqual(rounds.map((_, index) => (index % 2 === 0 ? "left" : "right")));
    const shared = [...left.secrets()].filter((secret) => right.secrets().has(secret));
    expect(shared).toEqual([]);
  });
});

describe("where tokens go", () => {
  test("a redirect is refused, and nothing arrives where it leads", async () => {
    const { simulator, copilot } = await simulated({ scenarios: ["redirect.307"] });
    const error = await collectMessage(copilot.stream(hello)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid_response", status: 307, retryable: false });
    expect(String(error)).toContain("redirects are never followed");
    const home = new URL(simulator.origin).host;
    expect(simulator.requests.map((request) => request.headers["host"])).toEqual([home, home]);
  });

  test("exchange.host_moves: a new token's host is where the next request goes", async () => {
    const { simulator, copilot, advance } = await simulated({
      answer: answer.text("Hi."),
      scenarios: ["exchange.host_moves"],
    });
    await collectMessage(copilot.stream(hello));
    advance(31 * MINUTE);
    await collectMessage(copilot.stream(hello));
    const hosts = simulator.requests
      .filter((request) => request.path === CHAT_PATH)
      .map((request) => request.headers["host"]);
    expect(hosts[0]).toBe(new URL(simulator.origin).host);
    expect(hosts[1]).not.toBe(hosts[0]);
  });
});

test("the dispatcher signs any request, renews, and goes to no other host", async () => {
  const { simulator, copilot, count } = await simulated();
  const { dispatcher } = copilot;
  const ask = (origin: string) => dispatcher.request({ origin, path: "/models", method: "GET" });
  const first = await ask("https://copilot.invalid");
  expect([first.statusCode, await first.body.json()]).toMatchObject([200, { object: "list" }]);
  simulator.clock.advance(31 * MINUTE);
  const second = await ask(simulator.origin);
  expect(second.statusCode).toBe(200);
  await second.body.dump();
  expect(count(TOKEN_PATH)).toBe(2);
  await expect(ask("http://127.0.0.1:1")).rejects.toThrow(/Nothing was sent/);
});

describe("who asks", () => {
  test("the initiator is told by the caller, else read from the last message", async () => {
    const { simulator, copilot } = await simulated({ answer: answer.text("Hi.") });
    const tools = [{ name: "read", description: "Reads.", parameters: { type: "object" } }];
    const results = [
      ...hello.messages,
      {
        role: "assistant" as const,
        content: [{ type: "tool_call" as const, id: "call_1", name: "read", arguments: "{}" }],
      },
      {
        role: "tool" as const,
        callId: "call_1",
        name: "read",
        content: [{ type: "text" as const, text: "ok" }],
        isError: false,
      },
    ];
    await collectMessage(copilot.stream(hello));
    await collectMessage(copilot.stream({ ...hello, initiator: "agent" }));
    await collectMessage(copilot.stream({ ...hello, tools, messages: results }));
    await collectMessage(copilot.stream({ ...hello, tools, messages: results, initiator: "user" }));
    const said = simulator.requests
      .filter((request) => request.path === CHAT_PATH)
      .map((request) => request.headers["x-initiator"]);
    expect(said).toEqual(["user", "agent", "agent", "user"]);
  });

  test("an identity of one's own is sent in place of the default", async () => {
    const { simulator, copilot } = await simulated(
      { answer: answer.text("Hi.") },
      { identity: { editorVersion: "mine/1.0.0", integrationId: "my-app", userAgent: "mine/1.0.0" } },
    );
    await collectMessage(copilot.stream(hello));
    for (const request of simulator.requests) {
      expect(request.headers).toMatchObject({
        "editor-version": "mine/1.0.0",
        "copilot-integration-id": "my-app",
        "user-agent": "mine/1.0.0",
      });
    }
  });

  test("nothing is sent and no token is asked for before the first call", async () => {
    let asked = 0;
    const { simulator, copilot } = await simulated({}, { githubToken: () => `ghu_${(asked += 1)}` });
    const events = copilot.stream(hello);
    expect([asked, simulator.requests.length]).toEqual([0, 0]);
    await expect(events[Symbol.asyncIterator]().next()).rejects.toSatisfy(isProviderError);
    expect(asked).toBe(1);
  });

  test("what the token source throws reaches the caller unchanged", async () => {
    const failure = new Error("not logged in");
    const copilot = createCopilot({
      host: "http://127.0.0.1:9",
      githubToken: () => {
        throw failure;
      },
    });
    await expect(collectMessage(copilot.stream(hello))).rejects.toBe(failure);
    await expect(copilot.listModels()).rejects.toBe(failure);
    await expect(copilot.user()).rejects.toBe(failure);
    await copilot.close();
  });
});
