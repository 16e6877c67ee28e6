import { expect, test } from "vitest";
import { createCopilot, type CopilotNotification } from "../src/index.ts";
import { json, startService, TOKEN_PATH } from "./fake-service.ts";
import { hello, simulated } from "./simulated.ts";

const TOKEN = "tid=00000000000000000000000000000000;exp=1790000000:mac";

/** What is told when the token answer brings this notification. */
async function toldOf(
  user_notification: unknown,
  githubToken = "ghu_canary0000000000000000",
): Promise<unknown[]> {
  const told: CopilotNotification[] = [];
  const service = await startService({
    [TOKEN_PATH]: json({ token: TOKEN, expires_at: 1_790_000_000, refresh_in: 1500, user_notification }),
    "/models": json({ data: [] }),
  });
  const copilot = createCopilot({
    githubToken: () => githubToken,
    host: service.origin,
    onNotification: (notification) => told.push(notification),
  });
  await copilot.listModels().catch(() => undefined);
  expect(service.count("/models")).toBe(1);
  await copilot.close();
  return told;
}

test("exchange.user_notification: it is told once, however often the token is renewed", async () => {
  const told: CopilotNotification[] = [];
  const all = await simulated(
    { scenarios: ["exchange.user_notification"] },
    { onNotification: (notification) => told.push(notification) },
  );
  for (let turn = 1; turn <= 3; turn += 1) {
    for await (const event of all.copilot.stream(hello)) expect(event).toBeDefined();
    expect(all.count(TOKEN_PATH)).toBe(turn);
    all.advance(40 * 60_000);
  }
  expect(told).toEqual([
    {
      id: "subscription_trial_ending",
      message: "Your trial ends soon. (sample)",
      title: "Subscribe",
      url: "https://github.com/settings/copilot",
    },
  ]);
});

test("a listener that throws costs no request", async () => {
  const { copilot } = await simulated(
    { scenarios: ["exchange.user_notification"] },
    {
      onNotification: () => {
        throw new Error("no screen");
      },
    },
  );
  await expect(copilot.listModels()).resolves.not.toHaveLength(0);
});

test.for([undefined, null, "text", 7, [], {}, { message: 7 }, { message: " \u0000 " }])(
  "nothing is told of %j",
  async (given) => {
    expect(await toldOf(given)).toEqual([]);
  },
);

test("texts are bounded and without control characters, and the message stands in for a missing id", async () => {
  const message = `\u001b[31mSoon\u202e\n${"x".repeat(2000)}`;
  const [told] = (await toldOf({ message, title: "t".repeat(500), notification_id: 4, url: 5 })) as [
    CopilotNotification,
  ];
  expect(told.message).toMatch(/^\[31mSoon x+…$/);
  expect(told.message.length).toBeLessThan(510);
  expect(told.title?.length).toBeLessThan(90);
  expect(told.id).toBe(told.message);
  expect(told).not.toHaveProperty("url");
});

test.for([
  "http://github.com/settings",
  "https://github.com.evil.example/",
  "https://evilgithub.com/",
  "https://github.com@evil.example/",
  "https://github.com:8443/",
  "https://github.com\\@evil.example/",
  "https://evil.example/?https://github.com/",
  "javascript:alert(1)",
  "https://github.com/\u001b[31m",
  "https://gıthub.com/",
  `https://github.com/${"x".repeat(600)}`,
])("the address %j is left out", async (url) => {
  expect(await toldOf({ message: "m", notification_id: "i", url })).toEqual([{ id: "i", message: "m" }]);
});

test.for([
  "https://github.com/settings/copilot?a=b#c",
  "https://docs.github.com/copilot",
  "https://github.com",
])("the address %j is told", async (url) => {
  expect(await toldOf({ message: "m", notification_id: "i", url })).toEqual([{ id: "i", message: "m", url }]);
});

test("S-J1: a notification that quotes a token is not told", async () => {
  const githubToken = "own-form-of-token-0000";
  expect(await toldOf({ message: `hello ${githubToken}` }, githubToken)).toEqual([]);
  expect(await toldOf({ message: "m", url: `https://github.com/?${TOKEN}` })).toEqual([]);
});
