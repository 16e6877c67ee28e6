import { describe, expect, test } from "vitest";
import { createTokenCache } from "./token-cache.ts";
import { tokenLife } from "./token-life.ts";
import type { ExchangedToken } from "./token.ts";

const MINUTE = 60_000;

function token(value: string, life: Partial<ExchangedToken> = { refreshInMs: 25 * MINUTE }): ExchangedToken {
  return { token: { value, origin: "https://api.githubcopilot.com" }, ...life };
}

/** An exchange whose answers the test gives, one by one. */
function script(options: { renewalPatienceMs?: number } = {}) {
  const calls: {
    resolve: (token: ExchangedToken) => void;
    reject: (error: Error) => void;
    signal: AbortSignal;
  }[] = [];
  let time = 0;
  const cache = createTokenCache(
    ({ signal }) =>
      new Promise<ExchangedToken>((resolve, reject) => {
        calls.push({ resolve, reject, signal });
      }),
    { monotonicNow: () => time, ...options },
  );
  return { cache, calls, advance: (milliseconds: number) => (time += milliseconds) };
}

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("S-E4: one exchange at a time", () => {
  test("exchange.concurrent: a thousand callers, one exchange", async () => {
    const { cache, calls } = script();
    const waiting = Array.from({ length: 1000 }, () => cache.getToken());
    expect(calls).toHaveLength(1);
    calls[0]?.resolve(token("one"));
    expect(new Set((await Promise.all(waiting)).map(({ value }) => value))).toEqual(new Set(["one"]));
    await cache.getToken();
    expect(calls).toHaveLength(1);
  });

  test("all callers get the error of the one exchange, and so does who comes within a second", async () => {
    const { cache, calls, advance } = script();
    const waiting = Array.from({ length: 10 }, () => cache.getToken().catch((error: unknown) => error));
    calls[0]?.reject(new Error("no"));
    for (const error of await Promise.all(waiting)) expect(error).toEqual(new Error("no"));
    await expect(cache.getToken()).rejects.toThrow("no");
    expect(calls).toHaveLength(1);
    advance(1001);
    const next = cache.getToken();
    calls[1]?.resolve(token("one"));
    expect((await next).value).toBe("one");
  });

  test("two caches share nothing", async () => {
    const left = script();
    const right = script();
    const both = [left.cache.getToken(), right.cache.getToken()];
    left.calls[0]?.resolve(token("left"));
    right.calls[0]?.resolve(token("right"));
    expect((await Promise.all(both)).map(({ value }) => value)).toEqual(["left", "right"]);
  });
});

describe("S-E5: a refused token", () => {
  test("ten refusals cost one exchange, also those that come late", async () => {
    const { cache, calls } = script();
    const first = cache.getToken();
    calls[0]?.resolve(token("old"));
    await first;
    const refused = Array.from({ length: 10 }, () => cache.getToken({ rejected: "old" }));
    expect(calls).toHaveLength(2);
    calls[1]?.resolve(token("new"));
    for (const { value } of await Promise.all(refused)) expect(value).toBe("new");
    expect((await cache.getToken({ rejected: "old" })).value).toBe("new");
    expect(calls).toHaveLength(2);
  });

  test("exchange.same_token_again: no second exchange for a token that came back", async () => {
    const { cache, calls, advance } = script();
    const first = cache.getToken();
    calls[0]?.resolve(token("same"));
    await first;
    const refused = [cache.getToken({ rejected: "same" }), cache.getToken({ rejected: "same" })];
    calls[1]?.resolve(token("same"));
    await Promise.all(refused);
    expect((await cache.getToken({ rejected: "same" })).value).toBe("same");
    expect(calls).toHaveLength(2);
    advance(31_000);
    const later = cache.getToken({ rejected: "same" });
    expect(calls).toHaveLength(3);
    calls[2]?.resolve(token("new"));
    expect((await later).value).toBe("new");
  });

  test("a refused token is not kept when its exchange fails", async () => {
    const { cache, calls, advance } = script();
    const first = cache.getToken();
    calls[0]?.resolve(token("old"));
    await first;
    const refused = cache.getToken({ rejected: "old" });
    calls[1]?.reject(new Error("no"));
    await expect(refused).rejects.toThrow("no");
    advance(2000);
    const next = cache.getToken();
    calls[2]?.resolve(token("new"));
    expect((await next).value).toBe("new");
  });
});

describe("renewal", () => {
  test("exchange.refresh_fails_old_valid: goes on with the old token and tries again after a while", async () => {
    const { cache, calls, advance } = script();
    const first = cache.getToken();
    calls[0]?.resolve(token("old", { refreshInMs: 25 * MINUTE, expiresInMs: 30 * MINUTE }));
    await first;
    advance(26 * MINUTE);
    const during = cache.getToken();
    calls[1]?.reject(new Error("500"));
    expect((await during).value).toBe("old");
    expect((await cache.getToken()).value).toBe("old");
    expect(calls).toHaveLength(2);
    advance(31_000);
    const again = cache.getToken();
    expect(calls).toHaveLength(3);
    calls[2]?.reject(new Error("500"));
    await again;
    advance(4 * MINUTE);
    const dead = cache.getToken();
    calls[3]?.reject(new Error("still 500"));
    await expect(dead).rejects.toThrow("still 500");
  });

  test("exchange.short: a life of 5 s does not lead to a storm", async () => {
    const { cache, calls, advance } = script();
    const first = cache.getToken();
    calls[0]?.resolve(token("a", { refreshInMs: 5_000 }));
    await first;
    for (let second = 0; second < 29; second += 1) {
      advance(1000);
      await cache.getToken();
    }
    expect(calls).toHaveLength(1);
    advance(1001);
    void cache.getToken();
    expect(calls).toHaveLength(2);
    calls[1]?.resolve(token("b"));
  });
});

describe("aborts", () => {
  test("a caller that gives up does not disturb the others", async () => {
    const { cache, calls } = script();
    const controller = new AbortController();
    const leaving = cache.getToken({ signal: controller.signal });
    const staying = cache.getToken();
    controller.abort(new Error("bye"));
    await expect(leaving).rejects.toThrow("bye");
    expect(calls[0]?.signal.aborted).toBe(false);
    calls[0]?.resolve(token("one"));
    expect((await staying).value).toBe("one");
  });

  test("the last caller that gives up cancels the exchange; the next starts another", async () => {
    const { cache, calls } = script();
    const controller = new AbortController();
    const leaving = cache.getToken({ signal: controller.signal });
    controller.abort(new Error("bye"));
    await expect(leaving).rejects.toThrow("bye");
    expect(calls[0]?.signal.aborted).toBe(true);
    calls[0]?.reject(new Error("cancelled"));
    await tick();
    const next = cache.getToken();
    expect(calls).toHaveLength(2);
    calls[1]?.resolve(token("two"));
    expect((await next).value).toBe("two");
  });

  test("giving up on a forced exchange leaves the old token in place", async () => {
    const { cache, calls } = script();
    const first = cache.getToken();
    calls[0]?.resolve(token("old"));
    await first;
    const controller = new AbortController();
    const leaving = cache.getToken({ rejected: "old", signal: controller.signal });
    controller.abort(new Error("bye"));
    await expect(leaving).rejects.toThrow("bye");
    expect((await cache.getToken()).value).toBe("old");
  });

  test("an aborted signal costs nothing", async () => {
    const { cache, calls } = script();
    await expect(cache.getToken({ signal: AbortSignal.abort(new Error("bye")) })).rejects.toThrow("bye");
    expect(calls).toHaveLength(0);
  });
});

describe("S-E6: the life of a token", () => {
  const life = (refreshInMs?: number, expiresInMs?: number) => tokenLife({ refreshInMs, expiresInMs });
  test.each([
    ["as usual", 1500_000, 1800_000, 25 * MINUTE],
    ["capped one minute before the end", 1500_000, 600_000, 9 * MINUTE],
    ["exchange.clock_ahead: an end that has passed is ignored", 1500_000, -1, 25 * MINUTE],
    ["exchange.clock_behind: an end far away changes nothing", 1500_000, 2 * 24 * 60 * MINUTE, 25 * MINUTE],
    ["year 9999 without a refresh time", undefined, 8e15, 24 * 60 * MINUTE],
    ["only the end", undefined, 30 * MINUTE, 25 * MINUTE],
    ["only an end that is near", undefined, 20_000, MINUTE],
    ["nothing at all", undefined, undefined, 25 * MINUTE],
    ["zero", 0, 0, 25 * MINUTE],
    ["not a number", Number.NaN, Number.NaN, 25 * MINUTE],
    ["short", 5_000, undefined, 30_000],
    ["a year", 365 * 24 * 60 * MINUTE, undefined, 24 * 60 * MINUTE],
  ])("%s", (_name, refreshIn, expiresIn, wanted) => {
    expect(life(refreshIn, expiresIn).refreshAfterMs).toBe(wanted);
  });
});

describe("a renewal that takes long while the old token is valid", () => {
  test("is not waited for any more, is not given up, and is used when it comes", async () => {
    const { cache, calls, advance } = script({ renewalPatienceMs: 5 });
    const first = cache.getToken();
    calls[0]?.resolve(token("one", { refreshInMs: 25 * MINUTE, expiresInMs: 30 * MINUTE }));
    await first;
    advance(26 * MINUTE);
    expect((await cache.getToken()).value).toBe("one");
    expect((await cache.getToken()).value).toBe("one");
    expect(calls).toHaveLength(2);
    expect(calls[1]?.signal.aborted).toBe(false);
    calls[1]?.resolve(token("two"));
    await tick();
    expect((await cache.getToken()).value).toBe("two");
    expect(calls).toHaveLength(2);
  });

  test("is waited for again once the old token has ended", async () => {
    const { cache, calls, advance } = script({ renewalPatienceMs: 5 });
    const first = cache.getToken();
    calls[0]?.resolve(token("one", { refreshInMs: 25 * MINUTE, expiresInMs: 30 * MINUTE }));
    await first;
    advance(26 * MINUTE);
    expect((await cache.getToken()).value).toBe("one");
    advance(5 * MINUTE);
    const waiting = cache.getToken();
    calls[1]?.resolve(token("two"));
    expect((await waiting).value).toBe("two");
    expect(calls).toHaveLength(2);
  });
});
