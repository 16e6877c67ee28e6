import { gunzipSync } from "node:zlib";
import undici from "undici";
import { expect } from "vitest";
import type { Message, ModelRequest } from "../../src/index.ts";
import { CHAT_PATH } from "../fake-service.ts";
import { fixture } from "../fixtures.ts";
import { hello } from "../simulated.ts";
import { describeFailure, describeMessage, expectFailure } from "./outcome.ts";
import { ask, answerOf, byHand, expectText, sentTo, told, type Answer, type Play } from "./played.ts";
import { SAID } from "./stream-rows.ts";
import { continued } from "./wire-requests.ts";

const tool = { name: "read_file", description: "Reads.", parameters: { type: "object" } };
const strict: ModelRequest["tools"] = [
  {
    ...tool,
    parameters: {
      type: "object",
      properties: { values: { type: "array", items: { anyOf: [{ type: "string" }, { type: "number" }] } } },
    },
  },
];
const [question] = hello.messages as [Message];
const call: Message = {
  role: "assistant",
  content: [{ type: "tool_call", id: "call_1", name: "read", arguments: "{}" }],
};
const result: Message = {
  role: "tool",
  callId: "call_1",
  name: "read",
  content: [{ type: "text", text: "x" }],
  isError: false,
};
const callsOf = ({ message }: Answer) => message.content.filter((part) => part.type === "tool_call");
const decoded = (answer: Answer) =>
  callsOf(answer).map(({ id, name, arguments: given }) => ({
    id,
    name,
    arguments: JSON.parse(given) as unknown,
  }));

/** A history that the client mends, and the service would refuse as it is. */
function mended(
  messages: readonly Message[],
  raw: readonly unknown[],
  roles: readonly string[],
  did: string,
): Play {
  return async (start) => {
    const all = await start();
    const refused = await byHand(all, CHAT_PATH, { model: hello.model, messages: raw });
    expect(refused).toEqual({ status: 400, said: expect.stringContaining("invalid_request_body") });
    await expectText(all, SAID, { messages });
    const sent = sentTo(all, CHAT_PATH).at(-1)?.body as { messages: { role: string }[] };
    expect(sent.messages.map(({ role }) => role)).toEqual(roles);
    return told(all, "the history by hand; then stream", `refused by hand; ${did}`);
  };
}

/** The chat wire, where one request does not show what it is about. */
export const CHAT: Readonly<Record<string, Play>> = {
  "chat.nonstream_split": async (start) => {
    const all = await start();
    await all.copilot.listModels();
    const answer = await answerOf(all, { model: "nova-sample-1" });
    const expected = JSON.parse(fixture("expected.json")) as Record<
      string,
      { text: string; tool_calls: unknown }
    >;
    const { text, tool_calls: calls } = expected["chat-nonstream-claude-split-choices.json"] ?? {};
    expect(sentTo(all, CHAT_PATH)[0]?.body).toMatchObject({ stream: false });
    expect(answer.message.content[0]).toEqual({ type: "text", text });
    expect(decoded(answer)).toEqual(calls);
    return told(all, "stream, with a model that does not", describeMessage(answer));
  },
  "chat.tool_flattened_args": async (start) => {
    const all = await start();
    const answer = await answerOf(all);
    const expected = JSON.parse(fixture("expected.json")) as Record<string, { tool_calls: unknown }>;
    expect(decoded(answer)).toEqual(expected["chat-stream-flattened-args.sse"]?.tool_calls);
    const did = `${describeMessage(answer)}; repaired by @zotpilot/core: packages/core/test/repaired-calls.test.ts`;
    return told(all, "stream", did);
  },
  "chat.content_filter_once": async (start) => {
    const all = await start();
    const first = await answerOf(all);
    expect(first.finishReason).toBe("content_filter");
    await expectText(all, SAID);
    return told(all, "stream, twice", `${describeMessage(first)}; then answered`);
  },
  "chat.reasoning_echo_required": async (start) => {
    const all = await start();
    const first = await answerOf(all, { tools: [tool] });
    const next = continued({ ...hello, tools: [tool] }, first.message);
    await expectText(all, SAID, next);
    expect(JSON.stringify(sentTo(all, CHAT_PATH)[1]?.body)).toContain('"reasoning_opaque":"');
    const content = first.message.content.filter((part) => part.type !== "reasoning");
    const without = continued({ ...hello, tools: [tool] }, { role: "assistant", content });
    const lost = await ask(all, without);
    expectFailure(lost, { code: "invalid_response", retryable: true });
    const failure = "error" in lost ? describeFailure(lost.error) : "";
    const did = `${describeMessage(first)}; then answered, with the state sent back; without it ${failure}`;
    return told(all, "stream, three times", did);
  },
  "chat.strict_schema_gemini": async (start) => {
    const all = await start();
    await expectText(all, SAID, { model: "gemini-3-pro-preview", tools: strict });
    const refused = await ask(all, { tools: strict });
    expectFailure(refused, { code: "bad_request", retryable: false, says: /refuse: read_file\.$/ });
    expect(JSON.stringify(sentTo(all, CHAT_PATH).map(({ body }) => body)).match(/anyOf/g)).toHaveLength(1);
    const failure = "error" in refused ? describeFailure(refused.error) : "";
    const did = `answered, with schemas that it takes; to another model as given, ${failure}, which names the tool`;
    return told(all, "stream, with Gemini and with another model", did);
  },
  "frame.gzip": async (start) => {
    const all = await start();
    await expectText(all, SAID);
    expect(sentTo(all, CHAT_PATH)[0]?.headers["accept-encoding"]).toBe("identity");
    const { headers, body } = await undici.request(`https://copilot.invalid${CHAT_PATH}`, {
      dispatcher: all.copilot.dispatcher,
      method: "POST",
      headers: { "content-type": "application/json", "accept-encoding": "gzip" },
      body: JSON.stringify({
        model: hello.model,
        stream: true,
        messages: [{ role: "user", content: "hello" }],
      }),
    });
    expect(headers["content-encoding"]).toBe("gzip");
    const text = gunzipSync(Buffer.from(await body.arrayBuffer())).toString("utf8");
    expect(text).toMatch(/^data: .*data: \[DONE\]\n\n$/s);
    const did =
      "stream asks for no compression and gets none; the dispatcher leaves what its caller asks for as it is";
    return told(all, "stream; then a request through the dispatcher", did);
  },
  "chat.orphan_tool_result": mended(
    [question, result],
    [
      { role: "user", content: "hello" },
      { role: "tool", tool_call_id: "call_1", content: "x" },
    ],
    ["user"],
    "answered, the result left out",
  ),
  "chat.missing_tool_result": mended(
    [question, call, question],
    [
      { role: "user", content: "hello" },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "call_1", type: "function", function: { name: "read", arguments: "{}" } }],
      },
      { role: "user", content: "hello" },
    ],
    ["user", "assistant", "tool", "user"],
    "answered, with a result that says it was interrupted",
  ),
};
