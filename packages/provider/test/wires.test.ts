import { answer, type Simulator } from "@zotpilot/simulator";
import { describe, expect, test } from "vitest";
import {
  canAnswer,
  collectMessage,
  createCopilot,
  textOf,
  type Message,
  type ModelRequest,
  type ReasoningPart,
  type ToolMessage,
} from "../src/index.ts";
import { createWireChooser } from "../src/copilot/choose-wire.ts";
import { readModels } from "../src/copilot/models.ts";
import { wires } from "./decoding.ts";
import { fixture } from "./fixtures.ts";
import { json, mint, startService, stream, TOKEN_PATH } from "./fake-service.ts";
import { hello, simulated } from "./simulated.ts";

const MODELS = [
  ["gpt-4.1", "/chat/completions"],
  ["gpt-5-mini", "/responses"],
  ["gpt-5.2-codex", "/responses"],
  ["claude-sonnet-4.5", "/v1/messages"],
  ["claude-haiku-4.5", "/v1/messages"],
  ["claude-opus-4.6", "/v1/messages"],
] as const;

const tools = [
  { name: "read", description: "Reads.", parameters: { type: "object", properties: { path: {} } } },
  { name: "list", description: "Lists.", parameters: { type: "object" } },
];

type Body = Record<string, unknown>;

/** The bodies of the model requests so far. */
function bodies(simulator: Simulator): Body[] {
  const paths: string[] = Object.values(wires).map((wire) => wire.path);
  return simulator.requests.filter(({ path }) => paths.includes(path)).map(({ body }) => body as Body);
}

/** All of a value, as text to look into. */
const shown = (value: unknown): string => JSON.stringify(value);

const result = (callId: string, name: string, content: ToolMessage["content"]): ToolMessage => ({
  role: "tool",
  callId,
  name,
  content,
  isError: false,
});

describe.each(MODELS)("%s on %s", (model, path) => {
  const request: ModelRequest = { ...hello, model, tools, system: "Be brief." };

  // On the other wires the simulator seals thoughts itself, and is strict about what comes back.
  const opaque = path === "/chat/completions" ? "c3RhdGU=" : undefined;

  async function start(options: Parameters<typeof simulated>[0] = {}) {
    const all = await simulated({ ...options });
    if (model === "claude-opus-4.6") await all.copilot.enableModel(model);
    await all.copilot.listModels();
    return all;
  }

  test("a conversation with thoughts, parallel calls and their results", async () => {
    const { simulator, copilot, count } = await start({
      answer: answer.sequence([
        answer.reasoning(
          "Two files.",
          answer.toolCalls(
            [
              { name: "read", arguments: { path: "ä.ts" } },
              { name: "list", arguments: {} },
            ],
            { text: "Reading." },
          ),
          opaque,
        ),
        answer.text("Done."),
      ]),
    });
    const messages: Message[] = [...hello.messages];
    const first = await collectMessage(
      copilot.stream({ ...request, reasoningEffort: "low", maxOutputTokens: 9000, messages }),
    );
    expect(first.finishReason).toBe("tool_calls");
    expect(textOf(first.message)).toBe("Reading.");
    expect(first.usage?.inputTokens).toBeGreaterThan(0);
    const calls = first.message.content.filter((part) => part.type === "tool_call");
    expect(calls.map(({ name, arguments: given }) => [name, JSON.parse(given) as unknown])).toEqual([
      ["read", { path: "ä.ts" }],
      ["list", {}],
    ]);
    messages.push(first.message);
    for (const { id, name } of calls) messages.push(result(id, name, [{ type: "text", text: "ok" }]));
    const second = await collectMessage(
      copilot.stream({ ...request, reasoningEffort: "low", maxOutputTokens: 9000, messages }),
    );
    expect([textOf(second.message), second.finishReason]).toEqual(["Done.", "end"]);
    expect(count(path)).toBe(2);

    const thoughts = first.message.content.filter((part): part is ReasoningPart => part.type === "reasoning");
    expect(thoughts.map(({ text }) => text)).toEqual(["Two files."]);
    const [thought] = thoughts;
    expect(thought?.origin).toEqual({
      model,
      endpoint: path,
      account: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    // The state goes back as it came.
    expect(shown(bodies(simulator)[1])).toContain(thought?.opaque?.split(" ").at(-1));
  });

  test("the state of thoughts goes to no other model, account or endpoint", async () => {
    const { simulator, copilot } = await start({
      answer: answer.reasoning("Hm.", answer.text("Hello."), opaque),
    });
    const asked = { ...request, reasoningEffort: "low" as const, maxOutputTokens: 9000 };
    const { message } = await collectMessage(copilot.stream(asked));
    const [thought] = message.content;
    if (thought?.type !== "reasoning" || !thought.origin) throw new Error("the model did not think");
    const state = thought.opaque ?? "";
    expect(state).not.toBe("");
    const tell = async (origin: ReasoningPart["origin"]) => {
      const { origin: _own, ...bare } = thought;
      const told: ReasoningPart = origin ? { ...bare, origin } : bare;
      const messages: Message[] = [
        ...hello.messages,
        { role: "assistant", content: [told, { type: "text", text: "Hello." }] },
        ...hello.messages,
      ];
      await collectMessage(copilot.stream({ ...asked, messages }));
      return shown(bodies(simulator).at(-1)).includes(state);
    };
    expect(await tell(thought.origin)).toBe(true);
    expect(await tell({ ...thought.origin, model: "other" })).toBe(false);
    expect(await tell({ ...thought.origin, endpoint: "/other" })).toBe(false);
    expect(await tell({ ...thought.origin, account: "0123456789abcdef" })).toBe(false);
    expect(await tell({ model, endpoint: path })).toBe(false);
    expect(await tell(undefined)).toBe(false);
  });

  test("images of a person and of a tool", async () => {
    const { simulator, copilot } = await start({ answer: answer.text("A picture.") });
    const picture = { type: "image" as const, mimeType: "image/png", data: "iVBORw0KGgo=" };
    const messages: Message[] = [
      { role: "user", content: [{ type: "text", text: "What is this?" }, picture] },
      { role: "assistant", content: [{ type: "tool_call", id: "call_1", name: "read", arguments: "{}" }] },
      result("call_1", "read", [picture]),
    ];
    expect(textOf((await collectMessage(copilot.stream({ ...request, messages }))).message)).toBe(
      "A picture.",
    );
    const sent = simulator.requests.at(-1);
    expect(sent?.headers["copilot-vision-request"]).toBe("true");
    expect(shown(sent?.body).split(picture.data)).toHaveLength(3);
  });

  test("an answer of a form is text that holds to it", async () => {
    const schema = { type: "object", properties: { sum: { type: "number" } }, additionalProperties: false };
    const { copilot, simulator } = await start({
      // Asked so, Claude answers with the input of a tool.
      answer: path.endsWith("messages")
        ? answer.toolCalls([{ name: "total", arguments: { sum: 4 } }])
        : answer.text('{"sum":4}'),
    });
    const { message, finishReason } = await collectMessage(
      copilot.stream({ ...request, responseFormat: { type: "json_schema", name: "total", schema } }),
    );
    expect(JSON.parse(textOf(message))).toEqual({ sum: 4 });
    expect(message.content).toHaveLength(1);
    expect(finishReason).toBe("end");
    expect(shown(bodies(simulator).at(-1))).toContain(shown(schema));
  });

  test("a history with every oddity is taken", async () => {
    const { copilot } = await start({ answer: answer.text("Fine.") });
    const messages: Message[] = [
      { role: "assistant", content: [{ type: "text", text: "I begin. " }] },
      { role: "user", content: [{ type: "text", text: " " }] },
      { role: "user", content: [{ type: "text", text: "one" }] },
      { role: "user", content: [{ type: "text", text: "two" }] },
      {
        role: "assistant",
        content: [
          { type: "text", text: "" },
          { type: "tool_call", id: "odd id/with+signs|".repeat(8), name: "not a name!", arguments: "{oops" },
          { type: "tool_call", id: "call_missing", name: "list", arguments: "" },
        ],
      },
      { ...result("odd id/with+signs|".repeat(8), "not a name!", []), isError: true },
      result("call_nobody_made", "list", [{ type: "text", text: "lost" }]),
      { role: "user", content: [{ type: "text", text: "three" }] },
      { role: "assistant", content: [{ type: "reasoning", text: "only a thought" }] },
      { role: "assistant", content: [{ type: "text", text: "four " }] },
    ];
    expect(textOf((await collectMessage(copilot.stream({ ...request, messages }))).message)).toBe("Fine.");
  });

  test("a cut stream is an error", async () => {
    for (const how of ["reset", "end"] as const) {
      const { copilot } = await start({
        answer: answer.cut(
          answer.toolCalls([{ name: "read", arguments: { path: "a/".repeat(500) } }], {
            text: "I will read.",
          }),
          4,
          how,
        ),
      });
      await expect(collectMessage(copilot.stream(request))).rejects.toMatchObject({ retryable: true });
    }
  });
});

describe("which wire", () => {
  const listed = (id: string, endpoints?: string[], supports: object = {}) =>
    readModels([
      {
        id,
        capabilities: { type: "chat", supports: { streaming: true, ...supports } },
        ...(endpoints && { supported_endpoints: endpoints }),
      },
    ])[0];
  const all = Object.values(wires).map((wire) => wire.path);

  test.each([
    ["gpt-4.1", undefined, {}, "/chat/completions"],
    ["gpt-4.1", all, {}, "/chat/completions"],
    ["gpt-5-mini", all, {}, "/responses"],
    ["o4-mini", ["/chat/completions", "/responses"], {}, "/responses"],
    ["new-thinker", all, { reasoning_effort: ["low"] }, "/responses"],
    ["new-talker", ["ws:/responses", "/responses"], {}, "/responses"],
    ["claude-x", all, {}, "/v1/messages"],
    ["claude-x", ["/chat/completions"], {}, "/chat/completions"],
    ["new-talker", ["/v1/messages"], {}, "/v1/messages"],
  ])("%s on %j %j goes to %s", (id, endpoints, supports, path) => {
    const info = listed(id, endpoints, supports);
    if (!info) throw new Error("not readable");
    expect(createWireChooser().choose(id, info).path).toBe(path);
    expect(canAnswer(info)).toBe(true);
  });

  test("a model of wires that we do not speak is refused before anything is sent", () => {
    const info = listed("other", ["ws:/responses", "/v2/new"]);
    if (!info) throw new Error("not readable");
    expect(canAnswer(info)).toBe(false);
    expect(() => createWireChooser().choose("other", info)).toThrow(/ws:\/responses and \/v2\/new/);
  });

  test.each(all)("canAnswer knows %s", (path) => {
    expect(canAnswer({ endpoints: [path] })).toBe(true);
  });

  const unsupported = json(
    { error: { message: "not accessible via this endpoint", code: "unsupported_api_for_model" } },
    400,
  );
  const client = async (routes: Parameters<typeof startService>[0]) => {
    const service = await startService({ [TOKEN_PATH]: mint(), ...routes });
    return { service, copilot: createCopilot({ githubToken: () => "gho_x", host: service.origin }) };
  };

  test("unsupported_api_for_model: on each wire once, then the refusal is shown, and nothing is remembered", async () => {
    const { service, copilot } = await client({
      "/chat/completions": unsupported,
      "/responses": unsupported,
      "/v1/messages": unsupported,
      "/models": json({}, 400),
    });
    const asked = () => service.seen.map(({ path }) => path).filter((path) => all.includes(path));
    for (const times of [1, 2]) {
      await expect(collectMessage(copilot.stream(hello))).rejects.toMatchObject({
        code: "bad_request",
        serviceCode: "unsupported_api_for_model",
      });
      const order = ["/chat/completions", "/responses", "/v1/messages"];
      expect(asked()).toEqual(times === 1 ? order : [...order, ...order]);
    }
    await copilot.close();
  });

  test("a model that is not listed and answers on the last wire only is found, and remembered", async () => {
    const { service, copilot } = await client({
      "/chat/completions": unsupported,
      "/responses": unsupported,
      "/v1/messages": stream(fixture("messages-stream.sse")),
      "/models": json({ data: [{ id: "other", capabilities: { type: "chat" } }] }),
    });
    for (let call = 0; call < 2; call += 1) await collectMessage(copilot.stream(hello));
    const asked = service.seen.map(({ path }) => path).filter((path) => all.includes(path));
    expect(asked).toEqual(["/chat/completions", "/responses", "/v1/messages", "/v1/messages"]);
    await copilot.close();
  });

  test("twenty refusals at once lead to one question for the models", async () => {
    const { service, copilot } = await client({
      "/chat/completions": unsupported,
      "/responses": stream(fixture("responses-stream.sse")),
      "/models": (request, response) => {
        const other = { id: "other", capabilities: { type: "chat" } };
        setTimeout(() => void json({ data: [other] })(request, response), 100);
      },
    });
    const gone = new AbortController();
    const leaving = collectMessage(copilot.stream(hello, { signal: gone.signal }));
    const reason = new Error("no longer wanted");
    const calls = Array.from({ length: 20 }, () => collectMessage(copilot.stream(hello)));
    await expect.poll(() => service.count("/models")).toBe(1);
    gone.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    await Promise.all(calls);
    expect(service.count("/models")).toBe(1);
    await copilot.close();
  });

  test("fields of the list that are missing, empty or next to nothing", () => {
    const read = (entry: object) => readModels([{ id: "a", ...entry }])[0];
    expect(read({ capabilities: { type: "chat" } })?.supports.streaming).toBe(true);
    const silent = read({ capabilities: { type: "chat", supports: { streaming: false } } });
    expect(silent?.supports.streaming).toBe(false);
    const none = read({ supported_endpoints: [], capabilities: { type: "chat" } });
    expect(none?.endpoints).toEqual(["/chat/completions"]);
    const limits = { max_output_tokens: 0.4, max_context_window_tokens: 0, max_prompt_tokens: -1 };
    const tiny = read({ capabilities: { type: "chat", limits } });
    expect(tiny).toMatchObject({ maxOutputTokens: 4096, maxPromptTokens: 8192, contextWindow: 12_288 });
  });

  test("a list that is wrong: another wire all the same, and the same initiator", async () => {
    const { service, copilot } = await client({
      "/models": json({
        data: [{ id: "gpt-4.1", capabilities: { type: "chat", supports: { streaming: true } } }],
      }),
      "/chat/completions": json(
        {
          error: {
            message: 'model "gpt-4.1" is not accessible via the /chat/completions endpoint',
            code: "model_not_supported",
          },
        },
        400,
      ),
      "/responses": stream(fixture("responses-stream.sse")),
    });
    await copilot.listModels();
    for (let call = 0; call < 2; call += 1) {
      expect((await collectMessage(copilot.stream(hello))).finishReason).toBe("tool_calls");
    }
    expect([service.count("/chat/completions"), service.count("/responses")]).toEqual([1, 2]);
    const sent = service.seen.filter(({ path }) => path !== TOKEN_PATH && path !== "/models");
    expect(sent.map(({ headers }) => headers["x-initiator"])).toEqual(["user", "user", "user"]);
    await copilot.close();
  });
});

describe("what is known of a model", () => {
  test.each([true, false])("decides what is asked of it; with its entry in the list: %s", async (listed) => {
    const { simulator, copilot } = await simulated({ answer: answer.text("Hi.") });
    if (listed) await copilot.listModels();
    for (const model of ["gpt-5-mini", "gpt-4.1", "claude-haiku-4.5"]) {
      await collectMessage(copilot.stream({ ...hello, model, temperature: 0.5, reasoningEffort: "high" }));
      await collectMessage(copilot.stream({ ...hello, model, temperature: 0.5 }));
    }
    const [effort, thinks, , talks, budget, claude] = bodies(simulator);
    expect(effort).toMatchObject({ reasoning: { effort: "high", summary: "auto" } });
    expect(thinks).toMatchObject({ include: ["reasoning.encrypted_content"], store: false });
    expect(thinks).not.toHaveProperty("temperature");
    expect(talks).toMatchObject({ temperature: 0.5 });
    expect(claude).toMatchObject({ temperature: 0.5, max_tokens: listed ? 16_000 : 8192 });
    if (listed) expect(budget).toMatchObject({ thinking: { type: "enabled", budget_tokens: 15_999 } });
    else expect(budget).not.toHaveProperty("thinking");
  });
});

describe("reasoning state that the service does not take", () => {
  test.each([
    [
      "gpt-5-mini",
      "/responses",
      "responses-stream.sse",
      "invalid_encrypted_content",
      "could not be verified",
    ],
    [
      "claude-sonnet-4.5",
      "/v1/messages",
      "messages-stream.sse",
      "invalid_request_body",
      "messages.1.content.0: Invalid signature in thinking block",
    ],
  ])("%s: left out once, and the request sent again", async (model, path, name, code, message) => {
    let refusals = 0;
    const service = await startService({
      [TOKEN_PATH]: mint(),
      [path]: (request, response) => {
        const echoed = /encrypted_content":|"signature":/.test(request.body);
        if (echoed) refusals += 1;
        const reply = echoed ? json({ error: { message, code } }, 400) : stream(fixture(name));
        return reply(request, response);
      },
    });
    const copilot = createCopilot({ githubToken: () => "gho_x", host: service.origin });
    const first = await collectMessage(copilot.stream({ ...hello, model }));
    const messages: Message[] = [...hello.messages, first.message];
    const second = await collectMessage(copilot.stream({ ...hello, model, messages }));
    expect(second.finishReason).toBe("tool_calls");
    expect([refusals, service.count(path)]).toEqual([1, 3]);
    await copilot.close();
  });

  test.each([4, 1])("%d requests that are refused at the same time all go on without it", async (count) => {
    let refusals = 0;
    const service = await startService({
      [TOKEN_PATH]: mint(),
      "/responses": (request, response) => {
        const echoed = request.body.includes('encrypted_content":');
        if (echoed) refusals += 1;
        const refusal = json({ error: { message: "no", code: "invalid_encrypted_content" } }, 400);
        const reply = echoed ? refusal : stream(fixture("responses-stream.sse"));
        setTimeout(() => void reply(request, response), echoed ? 40 : 0);
      },
    });
    const copilot = createCopilot({ githubToken: () => "gho_x", host: service.origin });
    const model = "gpt-5-mini";
    const first = await collectMessage(copilot.stream({ ...hello, model }));
    const messages: Message[] = [...hello.messages, first.message];
    const asked = Array.from({ length: count }, () =>
      collectMessage(copilot.stream({ ...hello, model, messages })),
    );
    for (const { finishReason } of await Promise.all(asked)) expect(finishReason).toBe("tool_calls");
    expect(refusals).toBe(count);
    await collectMessage(copilot.stream({ ...hello, model, messages }));
    expect(refusals).toBe(count);
    await copilot.close();
  });

  test("a refusal of a request that sent none is shown, and not asked for again", async () => {
    const refusal = json({ error: { message: "no", code: "invalid_encrypted_content" } }, 400);
    const service = await startService({ [TOKEN_PATH]: mint(), "/responses": refusal });
    const copilot = createCopilot({ githubToken: () => "gho_x", host: service.origin });
    const asked = collectMessage(copilot.stream({ ...hello, model: "gpt-5-mini" }));
    await expect(asked).rejects.toMatchObject({ serviceCode: "invalid_encrypted_content" });
    expect(service.count("/responses")).toBe(1);
    await copilot.close();
  });
});
