import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "vitest";
import type { CopilotNotification } from "../../src/index.ts";
import { CHAT_PATH, TOKEN_PATH } from "../fake-service.ts";
import { hello, type Simulated } from "../simulated.ts";
import { describeFailure, expectFailure, outcomeOf } from "./outcome.ts";
import { ask, answerOf, expectText, sentTo, told, type Play } from "./played.ts";
import { SAID } from "./stream-rows.ts";

const MINUTE = 60_000;
const child = fileURLToPath(new URL("../children/ask-five-times.ts", import.meta.url));

/** The host that each model call went to. */
const hostsOf = (all: Simulated) => sentTo(all, CHAT_PATH).map(({ headers }) => headers["host"]);
const bearersOf = (all: Simulated) =>
  sentTo(all, CHAT_PATH).map(({ headers }) => headers["authorization"] ?? "");
const homeOf = ({ simulator }: Simulated) => new URL(simulator.origin).host;

/** A token is made for 25 minutes of calls, whatever the clocks say. */
const clock: Play = async (start) => {
  const all = await start();
  for (let minute = 0; minute < 24; minute += 4) {
    await expectText(all, SAID);
    all.advance(4 * MINUTE);
  }
  expect(all.count(TOKEN_PATH)).toBe(1);
  all.advance(2 * MINUTE);
  await expectText(all, SAID);
  expect(all.count(TOKEN_PATH)).toBe(2);
  return told(all, "stream, for 26 minutes", "one exchange in 25 minutes, then another");
};

/** Where the token says that Copilot is. */
const elsewhere: Play = async (start) => {
  const all = await start();
  await expectText(all, SAID);
  expect(hostsOf(all)).not.toEqual([homeOf(all)]);
  expect(bearersOf(all)[0]).toContain(`${hostsOf(all)[0]};`);
  return told(all, "stream", "asked the host that `proxy-ep` in the token names");
};

/** The token exchange, where one request does not show what it is about. */
export const EXCHANGE: Readonly<Record<string, Play>> = {
  "exchange.user_notification": async (start) => {
    const notifications: CopilotNotification[] = [];
    const all = await start({ onNotification: (notification) => notifications.push(notification) });
    for (let turn = 0; turn < 2; turn += 1) {
      await expectText(all, SAID);
      all.advance(40 * MINUTE);
    }
    expect(all.count(TOKEN_PATH)).toBe(2);
    expect(notifications).toEqual([expect.objectContaining({ id: "subscription_trial_ending" })]);
    return told(
      all,
      "stream, twice in 40 minutes",
      "`onNotification` was told `subscription_trial_ending` once",
    );
  },
  "exchange.403.ratelimit": async (start, name) => {
    const all = await start({}, "later");
    await expectText(all, SAID);
    all.simulator.use(name);
    all.advance(26 * MINUTE);
    await expectText(all, SAID);
    expect(new Set(bearersOf(all)).size).toBe(1);
    all.advance(10 * MINUTE);
    const late = await ask(all);
    expectFailure(late, { code: "rate_limited", retryable: true });
    const failure = "error" in late ? describeFailure(late.error) : "";
    return told(all, "stream, at 0, 26 and 36 minutes", `kept the old token while it lived; then ${failure}`);
  },
  "exchange.clock_ahead": clock,
  "exchange.clock_behind": clock,
  "exchange.short": async (start) => {
    const all = await start();
    for (let second = 0; second < 20; second += 1) {
      await expectText(all, SAID);
      all.advance(1000);
    }
    expect(all.count(TOKEN_PATH)).toBe(1);
    for (let second = 0; second < 60; second += 5) {
      await expectText(all, SAID);
      all.advance(5000);
    }
    expect(all.count(TOKEN_PATH)).toBeGreaterThan(1);
    expect(all.count(TOKEN_PATH)).toBeLessThan(5);
    // How often exactly depends on the real time that goes by.
    return {
      ...told(all, "stream, 32 times in 80 seconds", "a new token at most every 20 seconds"),
      requests: "",
    };
  },
  "exchange.same_token_again": async (start) => {
    const all = await start();
    await expectText(all, SAID);
    all.simulator.use("capi.401_always");
    for (let round = 0; round < 3; round += 1) {
      expectFailure(await ask(all), { code: "unauthenticated", retryable: false });
    }
    expect(all.count(TOKEN_PATH)).toBe(2);
    expect(new Set(bearersOf(all)).size).toBe(1);
    return told(
      all,
      "stream; then three times with a 401",
      "asked for another token once, and not again for the same",
    );
  },
  "exchange.concurrent": async (start) => {
    const all = await start();
    await Promise.all(Array.from({ length: 10 }, () => expectText(all, SAID)));
    expect([all.count(TOKEN_PATH), all.count(CHAT_PATH)]).toEqual([1, 10]);
    return told(all, "stream, ten at once", "one exchange for all of them");
  },
  "exchange.two_processes": async (start) => {
    const all = await start();
    const { githubToken, origin } = all.simulator;
    const env = { PATH: process.env["PATH"], TEST_GITHUB_TOKEN: githubToken, TEST_HOST: origin };
    const run = () =>
      promisify(execFile)(process.execPath, ["--conditions=@zotpilot/source", child], { env }).then(
        ({ stdout }) => stdout,
      );
    const printed = await outcomeOf(all, Promise.all([answerOf(all), run(), run()]));
    expect(printed).toMatchObject({
      result: [{ finishReason: "end" }, ...Array(2).fill(JSON.stringify(Array(5).fill(SAID)))],
    });
    expect([all.count(TOKEN_PATH), all.count(CHAT_PATH)]).toEqual([3, 11]);
    expect(new Set(bearersOf(all)).size).toBe(3);
    const store = "the store that they share: packages/auth/test/many-processes.test.ts";
    return told(all, "stream, here and in two processes with five at once", `one exchange in each; ${store}`);
  },
  "exchange.refresh_fails_old_valid": async (start) => {
    const all = await start();
    await expectText(all, SAID);
    all.advance(26 * MINUTE);
    await expectText(all, SAID);
    expect(
      sentTo(all, TOKEN_PATH)
        .map(({ status }) => status)
        .slice(0, 2),
    ).toEqual([200, 500]);
    expect(new Set(bearersOf(all)).size).toBe(1);
    return { ...told(all, "stream, at 0 and 26 minutes", "went on with the old token"), requests: "" };
  },
  "exchange.host_moves": async (start) => {
    const all = await start();
    await expectText(all, SAID);
    all.advance(26 * MINUTE);
    await expectText(all, SAID);
    const [before, after] = hostsOf(all);
    expect([before === homeOf(all), after === homeOf(all)]).toEqual([true, false]);
    return told(
      all,
      "stream, at 0 and 26 minutes",
      "the second went to the host that the second token names",
    );
  },
  "exchange.no_endpoints": elsewhere,
  "exchange.proxy_ep_with_scheme": elsewhere,
  "exchange.no_endpoints_no_proxy_ep": async (start) => {
    const all = await start();
    await expectText(all, SAID);
    expect(hostsOf(all)).toEqual([homeOf(all)]);
    expect(bearersOf(all)[0]).not.toContain("proxy-ep");
    return told(all, "stream", "asked the default host of the account's place");
  },
  "exchange.value_with_equals": async (start) => {
    const all = await start();
    await expectText(all, SAID);
    expect(bearersOf(all)[0]).toContain(";st=dot=com;");
    return told(all, "stream", "sent the token to the letter");
  },
  "ghe.exchange_ok": async (start) => {
    const all = await start();
    await expectText(all, SAID);
    expect(all.simulator.requests.map(({ headers }) => headers["host"] === homeOf(all))).toEqual([
      true,
      false,
    ]);
    return told(all, "stream", "exchanged at home, asked the host that the exchange names");
  },
  "redirect.307": async (start) => {
    const all = await start();
    const outcome = await outcomeOf(all, answerOf(all, hello));
    expectFailure(outcome, {
      code: "invalid_response",
      retryable: false,
      says: /redirects are never followed/,
    });
    expect(all.simulator.requests.map(({ headers }) => headers["host"])).toEqual([homeOf(all), homeOf(all)]);
    const failure = "error" in outcome ? describeFailure(outcome.error) : "";
    return told(all, "stream", `${failure}; nothing went to the other host`);
  },
};
