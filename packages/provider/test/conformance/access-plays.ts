import { expect } from "vitest";
import { CHAT_PATH, TOKEN_PATH } from "../fake-service.ts";
import { describeMessage } from "./outcome.ts";
import { answerOf, byHand, expectText, sentTo, told, type Play } from "./played.ts";
import { SAID } from "./stream-rows.ts";
import { continued, requestFor } from "./wire-requests.ts";

const image = { type: "image", mimeType: "image/png", data: "iVBORw0KGgo=" } as const;

/** What is known of the premium requests, before and after this many answers. */
function quota(expected: readonly (object | undefined)[], says: string): Play {
  return async (start) => {
    const all = await start();
    expect(all.copilot.quota()).toBeUndefined();
    for (const each of expected) {
      await expectText(all, SAID);
      const known = all.copilot.quota()?.quotas.find(({ name }) => name === "premium_interactions");
      if (each === undefined) expect(known).toBeUndefined();
      else expect(known).toMatchObject(each);
    }
    return told(all, "stream, then quota()", says);
  };
}

/** Access to the Copilot API and what is left of it, where one request does not show what it is about. */
export const ACCESS: Readonly<Record<string, Play>> = {
  "capi.401_concurrent": async (start) => {
    const all = await start();
    await Promise.all(Array.from({ length: 10 }, () => expectText(all, SAID)));
    expect([all.count(TOKEN_PATH), all.count(CHAT_PATH)]).toEqual([2, 20]);
    return told(all, "stream, ten at once", "one exchange for all of them, each sent once more");
  },
  "capi.require_headers": async (start) => {
    const all = await start();
    const content = [{ type: "text" as const, text: "What is this?" }, image];
    await expectText(all, SAID, { messages: [{ role: "user", content }] });
    expect(sentTo(all, CHAT_PATH)[0]?.headers).toMatchObject({
      "copilot-vision-request": "true",
      "editor-version": expect.any(String),
      "copilot-integration-id": expect.any(String),
    });
    await all.copilot.listModels();
    await answerOf(all, { ...requestFor("messages.text"), reasoningEffort: "high" });
    expect(sentTo(all, "/v1/messages")[0]?.status).toBe(200);
    const body = { model: "gpt-4.1", messages: [{ role: "user", content: "hello" }] };
    const refused = await byHand(all, CHAT_PATH, body, { "anthropic-beta": "context-1m-2025-08-07" });
    expect(refused).toEqual({
      status: 400,
      said: expect.stringContaining("unsupported beta header(s): context-1m"),
    });
    const did =
      "an image with `Copilot-Vision-Request`, and thinking on /v1/messages, are taken; a header that the client never sends is refused";
    return told(all, "stream, twice; and a request by hand", did);
  },
  "capi.initiator_log": async (start, name) => {
    const all = await start();
    let request = { ...requestFor(name), model: "gpt-4.1" };
    const did: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const answer = await answerOf(all, request);
      did.push(answer.finishReason);
      request = continued(request, answer.message);
    }
    expect(did).toEqual(["tool_calls", "tool_calls", "end"]);
    expect(sentTo(all, CHAT_PATH).map(({ headers }) => headers["x-initiator"])).toEqual([
      "user",
      "agent",
      "agent",
    ]);
    return told(all, "stream, three times in one turn", "`X-Initiator` was `user`, `agent`, `agent`");
  },
  "quota.headers": quota(
    [{ percentRemaining: 87.6, entitlement: 300, unlimited: false }, { percentRemaining: 75.2 }],
    "87.6 % left, then 75.2 %",
  ),
  "quota.malformed": quota([undefined], "nothing is known of what cannot be read"),
  "quota.unlimited": quota([{ unlimited: true, percentRemaining: 100 }], "without a limit"),
  "quota.zero": quota([{ unlimited: false, entitlement: 0, percentRemaining: 0 }], "none at all"),
  "quota.spent_with_overage": quota(
    [{ remaining: 0, overagePermitted: true, overage: 12.5 }],
    "none left, overage 12.5 permitted",
  ),
  "ghe.exchange_404_direct_ok": async (start) => {
    const all = await start({ tokenKind: "direct" });
    const answer = await answerOf(all);
    expect(all.count(TOKEN_PATH)).toBe(0);
    expect(sentTo(all, CHAT_PATH)[0]?.headers).toMatchObject({
      authorization: `Bearer ${all.simulator.githubToken}`,
    });
    const direct = { ...told(all, "stream, token sent directly", describeMessage(answer)) };
    const [first] = all.simulator.requests;
    expect(first?.path).toBe("/copilot_internal/user");
    return direct;
  },
};
