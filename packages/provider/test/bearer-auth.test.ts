import { Agent, fetch as undiciFetch } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { bearerAuth, createDispatcher, createTokenCache, placeholderOrigin } from "../src/transport/index.ts";
import type { AccessToken, TokenSource } from "../src/transport/index.ts";
import { startService, type Answer } from "./fake-service.ts";

/** Accepts the tokens in `good` and answers with what it got. */
function guarded(good: Set<string>): Answer {
  return (request, response) => {
    const value = (request.headers["authorization"] ?? "").replace("Bearer ", "");
    if (good.has(value)) response.writeHead(200).end(`${value}:${request.body}`);
    else response.writeHead(401, { "content-type": "text/plain" }).end(`refused ${request.path}`);
  };
}

function setup(origin: () => string, exchange?: (count: number) => Promise<string> | string) {
  let exchanges = 0;
  const tokens = createTokenCache(async () => {
    exchanges += 1;
    const value = exchange ? await exchange(exchanges) : `token-${exchanges}`;
    return { token: { value, origin: origin() }, refreshInMs: 60_000 };
  });
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  const dispatcher = createDispatcher({ dispatcher: agent, tokens });
  return {
    tokens,
    dispatcher,
    agent,
    exchanges: () => exchanges,
    post: (body = "x", signal?: AbortSignal) =>
      dispatcher.request({
        origin: placeholderOrigin,
        path: "/chat",
        method: "POST",
        body,
        headers: { Authorization: "Bearer of-the-caller", "x-kept": "1" },
        ...(signal && { signal }),
      }),
  };
}

describe("S-E3, S-E5: signing and replay", () => {
  test("the caller's own authorization is replaced, other headers and the body stay", async () => {
    const service = await startService({ "*": guarded(new Set(["token-1"])) });
    const { post } = setup(() => service.origin);
    const answer = await post("hello");
    expect(await answer.body.text()).toBe("token-1:hello");
    expect(service.seen[0]?.headers).toMatchObject({ authorization: "Bearer token-1", "x-kept": "1" });
  });

  test("capi.401_once: renewed once, sent once more with the same body", async () => {
    const service = await startService({ "*": guarded(new Set(["token-2"])) });
    const { post, exchanges } = setup(() => service.origin);
    const answer = await post("hello");
    expect(answer.statusCode).toBe(200);
    expect(await answer.body.text()).toBe("token-2:hello");
    expect([exchanges(), service.seen.length]).toEqual([2, 2]);
  });

  test("capi.401_concurrent: ten refusals at once cost one exchange", async () => {
    const service = await startService({ "*": guarded(new Set(["token-2"])) });
    const { post, exchanges } = setup(() => service.origin);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => post(`${index}`)));
    const bodies = await Promise.all(answers.map((answer) => answer.body.text()));
    expect(bodies).toEqual(Array.from({ length: 10 }, (_, index) => `token-2:${index}`));
    expect(exchanges()).toBe(2);
    expect(service.seen).toHaveLength(20);
  });

  test("S-E4: a thousand at once without a token cost one exchange", async () => {
    const service = await startService({ "*": guarded(new Set(["token-1"])) });
    const { post, exchanges } = setup(
      () => service.origin,
      async (count) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return `token-${count}`;
      },
    );
    const answers = await Promise.all(Array.from({ length: 1000 }, () => post()));
    await Promise.all(answers.map((answer) => answer.body.dump()));
    expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true);
    expect([exchanges(), service.seen.length]).toEqual([1, 1000]);
  });

  test("capi.401_always: the second refusal reaches the caller with its body", async () => {
    const service = await startService({ "*": guarded(new Set()) });
    const { post, exchanges } = setup(() => service.origin);
    const answer = await post();
    expect(answer.statusCode).toBe(401);
    expect(await answer.body.text()).toBe("refused /chat");
    expect([exchanges(), service.seen.length]).toEqual([2, 2]);
  });

  test("capi.401_then_mint_fails: the first refusal reaches the caller", async () => {
    const service = await startService({ "*": guarded(new Set()) });
    const { post } = setup(
      () => service.origin,
      (count) => {
        if (count > 1) throw new Error("no exchange today");
        return "token-1";
      },
    );
    const answer = await post();
    expect(answer.statusCode).toBe(401);
    expect(answer.headers["content-type"]).toBe("text/plain");
    expect(await answer.body.text()).toBe("refused /chat");
    expect(service.seen).toHaveLength(1);
  });

  test("exchange.same_token_again: the same token is not tried a second time", async () => {
    const service = await startService({ "*": guarded(new Set()) });
    const { post, exchanges } = setup(
      () => service.origin,
      () => "always-this",
    );
    for (let round = 0; round < 3; round += 1) {
      const answer = await post();
      expect(answer.statusCode).toBe(401);
      await answer.body.dump();
    }
    expect(exchanges()).toBe(2);
    expect(service.seen).toHaveLength(3);
  });

  test("a first exchange that fails reaches the caller unchanged", async () => {
    const service = await startService({ "*": guarded(new Set()) });
    const failure = new Error("not logged in");
    const { post } = setup(
      () => service.origin,
      () => {
        throw failure;
      },
    );
    await expect(post()).rejects.toBe(failure);
    expect(service.seen).toHaveLength(0);
  });

  test("the refusal's connection is used again", async () => {
    const ports = new Set<number | undefined>();
    const good = guarded(new Set(["token-2"]));
    const service = await startService({
      "*": (request, response) => {
        ports.add(response.socket?.remotePort);
        return good(request, response);
      },
    });
    const { post } = setup(
      () => service.origin,
      async (count) => {
        // A real exchange takes a request of its own; undici frees a connection one turn of the loop after its answer.
        await new Promise((resolve) => setTimeout(resolve, 5));
        return `token-${count}`;
      },
    );
    await (await post()).body.dump();
    expect(service.seen).toHaveLength(2);
    expect(ports.size).toBe(1);
  });

  test("a refusal larger than 64 KB is cut, and still leads to one replay", async () => {
    const service = await startService({
      "*": (request, response) => {
        if (request.headers["authorization"] === "Bearer token-2") response.end("ok");
        else response.writeHead(401).end("x".repeat(1_000_000));
      },
    });
    const { post } = setup(() => service.origin);
    expect(await (await post()).body.text()).toBe("ok");
  });

  test("a refusal that never ends is left after a while, and still leads to one replay", async () => {
    const service = await startService({
      "*": (request, response) => {
        if (request.headers["authorization"] === "Bearer token-2") response.end("ok");
        else response.writeHead(401).write("refused, and ");
      },
    });
    const { post, exchanges } = setup(() => service.origin);
    expect(await (await post()).body.text()).toBe("ok");
    expect([exchanges(), service.seen.length]).toEqual([2, 2]);
  });

  test("an abort while a refusal is read rejects at once", async () => {
    const controller = new AbortController();
    const service = await startService({
      "*": (_request, response) => {
        response.writeHead(401).write("refused, and ");
        setTimeout(() => controller.abort(new Error("stop")), 20);
      },
    });
    const { post, exchanges } = setup(() => service.origin);
    await expect(post("x", controller.signal)).rejects.toThrow("stop");
    expect([exchanges(), service.seen.length]).toEqual([1, 1]);
  });

  test("exchange.host_moves: the replay goes to the new token's host", async () => {
    const first = await startService({ "*": guarded(new Set()) });
    const second = await startService({ "*": guarded(new Set(["token-2"])) });
    let moved = false;
    const { post } = setup(
      () => (moved ? second.origin : first.origin),
      (count) => {
        moved = count > 1;
        return `token-${count}`;
      },
    );
    expect(await (await post()).body.text()).toBe("token-2:x");
    expect([first.seen.length, second.seen.length]).toEqual([1, 1]);
  });

  test("403 never renews", async () => {
    const service = await startService({
      "*": (_request, response) => void response.writeHead(403).end("no"),
    });
    const { post, exchanges } = setup(() => service.origin);
    expect((await post()).statusCode).toBe(403);
    expect([exchanges(), service.seen.length]).toEqual([1, 1]);
  });

  test("two accounts side by side never mix", async () => {
    const service = await startService({ "*": guarded(new Set(["left", "right"])) });
    const left = setup(
      () => service.origin,
      () => "left",
    );
    const right = setup(
      () => service.origin,
      () => "right",
    );
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const side = index % 2 === 0 ? "left" : "right";
        const answer = await (side === "left" ? left : right).post(side);
        return answer.body.text();
      }),
    );
    for (const answer of answers) expect(["left:left", "right:right"]).toContain(answer);
  });
});

describe("S-E1, S-E9: the signed client sends to the token's host only", () => {
  test("another origin is refused and gets nothing", async () => {
    const service = await startService({ "*": guarded(new Set(["token-1"])) });
    const other = await startService({ "*": guarded(new Set(["token-1"])) });
    const { dispatcher } = setup(() => service.origin);
    await expect(dispatcher.request({ origin: other.origin, path: "/", method: "GET" })).rejects.toThrow(
      /Nothing was sent/,
    );
    expect(other.seen).toHaveLength(0);
    const own = await dispatcher.request({ origin: service.origin, path: "/", method: "GET" });
    expect(own.statusCode).toBe(200);
  });

  test("S-E7: switched-off certificate checks stop a signed https request", async () => {
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    onTestFinished(() => {
      if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
    });
    const { post } = setup(() => "https://api.githubcopilot.com");
    await expect(post()).rejects.toThrow(/NODE_TLS_REJECT_UNAUTHORIZED/);
  });

  test("redirect.307: the answer is handed over, not followed", async () => {
    const foreign = await startService({ "*": guarded(new Set(["token-1"])) });
    const service = await startService({
      "*": (_request, response) => void response.writeHead(307, { location: foreign.origin }).end(),
    });
    const { post } = setup(() => service.origin);
    expect((await post()).statusCode).toBe(307);
    expect([service.seen.length, foreign.seen.length]).toEqual([1, 0]);
  });
});

describe("aborts", () => {
  test("during the exchange the call rejects at once", async () => {
    const service = await startService({ "*": guarded(new Set(["token-1"])) });
    let release = (_value: string) => {};
    const { post } = setup(
      () => service.origin,
      () => new Promise<string>((resolve) => (release = resolve)),
    );
    const controller = new AbortController();
    const waiting = post("x", controller.signal);
    controller.abort(new Error("stop"));
    await expect(waiting).rejects.toThrow("stop");
    release("token-1");
    expect(service.seen).toHaveLength(0);
  });

  test("during the renewal after a refusal the call rejects at once", async () => {
    const service = await startService({ "*": guarded(new Set(["token-2"])) });
    const controller = new AbortController();
    const { post } = setup(
      () => service.origin,
      (count) => {
        if (count === 1) return "token-1";
        controller.abort(new Error("stop"));
        return new Promise<string>(() => {});
      },
    );
    await expect(post("x", controller.signal)).rejects.toThrow("stop");
  });

  test("in the middle of the answer the server sees the connection close", async () => {
    let closed = () => {};
    const sawClose = new Promise<void>((resolve) => (closed = resolve));
    const service = await startService({
      "*": (_request, response) => {
        response.on("close", closed);
        response.writeHead(200).write("first");
      },
    });
    const { post } = setup(() => service.origin);
    const controller = new AbortController();
    const answer = await post("x", controller.signal);
    controller.abort(new Error("stop"));
    await expect(answer.body.text()).rejects.toThrow("stop");
    await sawClose;
  });
});

describe("as part of undici", () => {
  const source = (token: AccessToken): TokenSource => ({ getToken: async () => token });

  test("works under fetch and with every form of headers", async () => {
    const service = await startService({ "*": guarded(new Set(["t"])) });
    const agent = new Agent();
    onTestFinished(() => agent.destroy());
    const dispatcher = agent.compose(bearerAuth(source({ value: "t", origin: service.origin })));
    const answer = await undiciFetch(`${placeholderOrigin}/a`, {
      method: "POST",
      body: "hello",
      headers: { "x-one": "1" },
      dispatcher,
    });
    expect(await answer.text()).toBe("t:hello");
    const forms = [
      { "X-Two": "2" },
      ["X-Two", "2"],
      new Map([["X-Two", "2"]]),
      new Headers({ "X-Two": "2" }),
    ] as const;
    for (const headers of forms) {
      const reply = await dispatcher.request({
        origin: placeholderOrigin,
        path: "/b",
        method: "GET",
        headers: headers as Record<string, string>,
      });
      expect(reply.statusCode).toBe(200);
      expect(service.seen.at(-1)?.headers["x-two"]).toBe("2");
    }
  });

  test("a 401 under fetch reaches the caller with its body", async () => {
    const service = await startService({ "*": guarded(new Set()) });
    const agent = new Agent();
    onTestFinished(() => agent.destroy());
    const dispatcher = agent.compose(bearerAuth(source({ value: "t", origin: service.origin })));
    const answer = await undiciFetch(`${placeholderOrigin}/a`, { dispatcher });
    expect([answer.status, await answer.text()]).toEqual([401, "refused /a"]);
  });

  test("backpressure holds after a replay", async () => {
    const service = await startService({
      "*": (request, response) => {
        if (request.headers["authorization"] !== "Bearer token-2") response.writeHead(401).end();
        else response.writeHead(200).end(Buffer.alloc(8 * 1024 * 1024));
      },
    });
    const { post } = setup(() => service.origin);
    const answer = await post();
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(size).toBe(8 * 1024 * 1024);
  });
});
