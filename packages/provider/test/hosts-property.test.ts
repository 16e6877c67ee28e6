import { Agent } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { createSdkFetch } from "../src/copilot/sdk-fetch.ts";
import { createDispatcher, createTokenCache, placeholderOrigin } from "../src/transport/index.ts";
import { seeded } from "./decoding.ts";
import { startService, type Answer, type FakeService } from "./fake-service.ts";

const ROUNDS = process.env["ZOTPILOT_TEST_LONG"] === "1" ? 5_000 : 150;

test(`S-E1, S-E2: over ${ROUNDS} random requests, answers and redirects the token reaches its own hosts only`, async () => {
  const below = seeded(20_260_921);
  const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value;
  let homes: FakeService[] = [];
  let strangers: FakeService[] = [];
  const answer: Answer = (_request, response) => {
    const target = pick([...homes, ...strangers]).origin;
    const say = (status: number, headers: Record<string, string> = {}) =>
      void response.writeHead(status, headers).end("said");
    return pick<() => void>([
      () => say(200),
      () => say(401),
      () => say(403),
      () => say(421),
      () => say(503, { "retry-after": "1" }),
      () => say(pick([301, 302, 303, 307, 308]), { location: `${target}/stolen` }),
      () => say(307, { location: `//${new URL(target).host}/stolen` }),
      () =>
        say(200, {
          refresh: `0; url=${target}`,
          "alt-svc": `h2="${new URL(target).host}"`,
          link: `<${target}>`,
        }),
      () => void response.socket?.resetAndDestroy(),
    ])();
  };
  homes = [await startService({ "*": answer }), await startService({ "*": answer })];
  strangers = [await startService({ "*": answer }), await startService({ "*": answer })];

  let minted = 0;
  let origin = homes[0]?.origin ?? "";
  const tokens = createTokenCache(
    () => {
      minted += 1;
      origin = pick(homes).origin;
      return Promise.resolve({ token: { value: `CANARY-${minted}`, origin }, refreshInMs: 60_000 });
    },
    // Every request finds its token too old, more often than not.
    { monotonicNow: () => performance.now() + below(200) * 1_000 },
  );
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  const dispatcher = createDispatcher({ dispatcher: agent, tokens, retry: { retries: 0 } });
  const fetch = createSdkFetch(
    dispatcher,
    () => "home",
    () => false,
  );

  for (let round = 0; round < ROUNDS; round += 1) {
    const asked = pick([
      placeholderOrigin,
      pick(homes).origin,
      pick(strangers).origin,
      origin.replace("127.0.0.1", "localhost"),
      origin.replace("http://", "https://"),
      `${pick(strangers).origin}#${origin}`,
      origin.replace("http://", "http://user@"),
      `http://127.0.0.1.${below(9)}:${new URL(pick(strangers).origin).port}`,
    ]);
    const path = pick(["/", "/chat/completions", `//${new URL(pick(strangers).origin).host}/x`, "/..//../x"]);
    const method = pick(["GET", "POST"] as const);
    const body = method === "POST" ? { body: "{}" } : {};
    const headers = { authorization: "Bearer of-the-caller", host: new URL(pick(strangers).origin).host };
    const sending =
      below(2) === 0
        ? dispatcher.request({ origin: asked, path, method, headers, ...body }).then((got) => got.body.dump())
        : fetch(asked + path, { method, headers: { authorization: headers.authorization }, ...body }).then(
            (got) => got.text(),
          );
    await sending.catch((error: unknown) => {
      if (!(error instanceof Error)) throw error;
    });
  }

  const carried = homes.flatMap(({ seen }) => seen);
  // It did go somewhere, renewed over and over, so that there was something to lose.
  expect(carried.length).toBeGreaterThan(ROUNDS / 4);
  expect(minted).toBeGreaterThan(10);
  expect(strangers.flatMap(({ seen }) => seen)).toEqual([]);
  for (const { headers } of carried) {
    expect(headers.authorization).toMatch(/^Bearer CANARY-\d+$/);
    expect(homes.map((home) => new URL(home.origin).host)).toContain(headers.host);
  }
});
