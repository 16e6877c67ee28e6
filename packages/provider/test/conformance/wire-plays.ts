import { expect } from "vitest";
import type { ModelRequest } from "../../src/index.ts";
import { describeMessage } from "./outcome.ts";
import { answerOf, byHand, expectText, sentTo, told, type Play } from "./played.ts";
import { continued, requestFor } from "./wire-requests.ts";

const SCRIPT = "From the script.";
const RESPONSES = "/responses";
const MESSAGES = "/v1/messages";

/** State that is refused once is left out from then on. */
const stateRefused: Play = async (start, name) => {
  const all = await start();
  await all.copilot.listModels();
  const path = name.startsWith("responses.") ? RESPONSES : MESSAGES;
  const first = await answerOf(all, requestFor(name));
  expect(first.finishReason).toBe("tool_calls");
  const next = continued(requestFor(name), first.message);
  for (let turn = 0; turn < 2; turn += 1) await expectText(all, SCRIPT, next);
  expect(sentTo(all, path).map(({ status }) => status)).toEqual([200, 400, 200, 200]);
  const state = /"encrypted_content"|"signature"/;
  expect(sentTo(all, path).map(({ body }) => state.test(JSON.stringify(body)))).toEqual([
    false,
    true,
    false,
    false,
  ]);
  const initiators = sentTo(all, path).map(({ headers }) => headers["x-initiator"]);
  expect(initiators).toEqual(["user", "agent", "agent", "agent"]);
  return told(
    all,
    "stream, three times",
    `${describeMessage(first)}; sent the refused state once, and never again`,
  );
};

/** What the service refuses by hand, and the client never sends. */
function never(
  path: string,
  body: object,
  says: string,
  headers: Record<string, string> = {},
  more: Partial<ModelRequest> = {},
): Play {
  return async (start, name) => {
    const all = await start();
    await all.copilot.listModels();
    const refused = await byHand(all, path, body, headers);
    expect(refused).toEqual({ status: 400, said: expect.stringContaining(says) });
    const request = { ...requestFor(name), ...more };
    const first = await answerOf(all, request);
    await expectText(all, SCRIPT, continued(request, first.message));
    expect(sentTo(all, path).map(({ status }) => status)).toEqual([400, 200, 200]);
    return told(all, "by hand; then stream, twice", `refused by hand ("${says}"); ${describeMessage(first)}`);
  };
}

const claude = { model: "claude-haiku-4.5", max_tokens: 100 };
const codex = { model: "gpt-5.2-codex", input: "hello" };
const hello = { role: "user", content: "hello" };
const marked = (text: string) => ({ type: "text", text, cache_control: { type: "ephemeral" } });

/** The wires `/responses` and `/v1/messages`, where one answer does not show what it is about. */
export const WIRE_PLAYS: Readonly<Record<string, Play>> = {
  "responses.encrypted_rejected": stateRefused,
  "messages.invalid_signature_once": stateRefused,
  "responses.reasoning_id_check": async (start, name) => {
    const all = await start();
    await all.copilot.listModels();
    const first = await answerOf(all, requestFor(name));
    const next = continued(requestFor(name), first.message);
    await expectText(all, SCRIPT, next);
    const body = sentTo(all, RESPONSES)[1]?.body;
    expect(JSON.stringify(body)).toMatch(/"id":"rs_[0-9a-f]{48}"/);
    const other = JSON.parse(
      JSON.stringify(body).replace(/"id":"rs_[0-9a-f]{48}"/, '"id":"rs_another"'),
    ) as unknown;
    const refused = await byHand(all, RESPONSES, other);
    expect(refused).toEqual({ status: 400, said: expect.stringContaining("rs_another") });
    return told(
      all,
      "stream, twice; then by hand",
      `${describeMessage(first)}; the id goes back as it came, and another one is refused`,
    );
  },
  "responses.store_check": never(RESPONSES, codex, "'store' must be false"),
  "responses.previous_response_not_found": never(
    RESPONSES,
    { ...codex, store: false, previous_response_id: "resp_1" },
    "previous_response_not_found",
  ),
  "messages.beta_refused": never(MESSAGES, { ...claude, messages: [hello] }, "unsupported beta header(s)", {
    "anthropic-beta": "interleaved-thinking-2025-05-14",
  }),
  "messages.cache_control_limit": never(
    MESSAGES,
    { ...claude, messages: [{ role: "user", content: ["a", "b", "c", "d", "e"].map(marked) }] },
    "A maximum of 4 blocks with cache_control may be provided",
  ),
  "messages.extra_inputs": never(
    MESSAGES,
    { ...claude, messages: [hello], user: "me" },
    "Extra inputs are not permitted",
  ),
  "messages.prefill_refused": never(
    MESSAGES,
    { ...claude, messages: [hello, { role: "assistant", content: "So" }] },
    "does not support assistant message prefill",
  ),
};
