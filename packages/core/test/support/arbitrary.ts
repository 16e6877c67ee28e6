import * as fc from "fast-check";
import type { AgentEvent } from "../../src/index.ts";

type ArbitraryOf<Type extends AgentEvent["type"]> = fc.Arbitrary<Extract<AgentEvent, { type: Type }>>;

const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "\u2028", "\r\n", ""));
const id = fc.constantFrom("a", "b", "c", "d");
const at = fc.option(text, { nil: undefined });
const count = fc.nat();

/** Leaves out what is undefined, as JSON does. */
const compact = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Value;

const textPart = fc.record({ type: fc.constant("text" as const), text });
const imagePart = fc.record({ type: fc.constant("image" as const), mimeType: text, data: text });
const toolCall = fc.record({ type: fc.constant("tool_call" as const), id, name: text, arguments: text });
const reasoning = fc.record(
  {
    type: fc.constant("reasoning" as const),
    text,
    opaque: text,
    origin: fc.record(
      { model: text, endpoint: text, account: text },
      { requiredKeys: ["model", "endpoint"] },
    ),
  },
  { requiredKeys: ["type", "text"] },
);
const usage = fc.record(
  {
    inputTokens: count,
    outputTokens: count,
    cachedInputTokens: count,
    reasoningTokens: count,
    cacheWriteTokens: count,
    nanoAiu: count,
  },
  { requiredKeys: ["inputTokens", "outputTokens", "cachedInputTokens", "reasoningTokens"] },
);
const stopReason = fc.constantFrom(
  "end" as const,
  "length" as const,
  "tool_calls" as const,
  "content_filter" as const,
  "aborted" as const,
  "error" as const,
);
const error = fc.record(
  { code: text, message: text, hint: text, retryable: fc.boolean(), retryAfterMs: count, requestId: text },
  { requiredKeys: ["code", "message", "retryable"] },
);
/** Call ids are unique within an answer. */
const answerContent = fc
  .array(fc.oneof(textPart, reasoning, toolCall), { maxLength: 5 })
  .map((parts) =>
    parts.filter(
      (part, index) =>
        part.type !== "tool_call" ||
        !parts.slice(0, index).some((other) => other.type === "tool_call" && other.id === part.id),
    ),
  );
const content = fc.array(fc.oneof(textPart, imagePart), { maxLength: 3 });
const shape = <Fields extends object>(
  type: string,
  fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> },
) => fc.record({ type: fc.constant(type), ...fields }).map(compact);

const userMessage = fc.record({ role: fc.constant("user" as const), content, at }).map(compact);
const assistantMessage = fc
  .record({ role: fc.constant("assistant" as const), content: answerContent, at })
  .map(compact);
const toolMessage = fc
  .record({
    role: fc.constant("tool" as const),
    callId: id,
    name: text,
    content,
    isError: fc.boolean(),
    at,
    details: fc.option(
      fc.dictionary(
        text.filter((key) => key !== "__proto__"),
        fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
      ),
      { nil: undefined },
    ),
  })
  .map(compact);
const files = fc.array(text, { maxLength: 3 });
const spent = fc.record(
  { usage, unmeasured: count, model: text, provider: text, name: text },
  { requiredKeys: ["usage", "unmeasured"] },
);
const cost = fc.record({ credits: fc.option(count), reason: text }, { requiredKeys: ["credits"] });

const byType: { [Type in AgentEvent["type"]]: ArbitraryOf<Type> } = {
  user_message: shape("user_message", { message: userMessage }) as ArbitraryOf<"user_message">,
  assistant_message: shape("assistant_message", {
    message: assistantMessage,
    usage: fc.option(usage),
    stopReason,
  }) as ArbitraryOf<"assistant_message">,
  tool_message: shape("tool_message", {
    message: toolMessage,
    files: fc.option(files, { nil: undefined }),
  }) as ArbitraryOf<"tool_message">,
  model_changed: shape("model_changed", { provider: text, model: text }) as ArbitraryOf<"model_changed">,
  cleared: shape("cleared", { spent: fc.option(spent, { nil: undefined }) }) as ArbitraryOf<"cleared">,
  compacted: shape("compacted", {
    messages: fc.array(fc.oneof(userMessage, assistantMessage, toolMessage), { maxLength: 4 }),
    files,
    usage: fc.option(usage),
    spent,
    contextTokens: count,
  }) as ArbitraryOf<"compacted">,
  session_named: shape("session_named", { name: text }) as ArbitraryOf<"session_named">,
  notice: shape("notice", {
    level: fc.constantFrom("info", "warning"),
    text,
  }) as ArbitraryOf<"notice">,
  compaction_start: shape("compaction_start", {
    reason: fc.constantFrom("limit", "overflow", "asked"),
  }) as ArbitraryOf<"compaction_start">,
  compaction_end: shape("compaction_end", {
    summary: fc.option(text, { nil: undefined }),
    error: fc.option(error, { nil: undefined }),
  }) as ArbitraryOf<"compaction_end">,
  run_start: shape("run_start", { runId: text }) as ArbitraryOf<"run_start">,
  turn_start: shape("turn_start", { turn: count }) as ArbitraryOf<"turn_start">,
  response_start: shape("response_start", {}) as ArbitraryOf<"response_start">,
  text_delta: shape("text_delta", { text }) as ArbitraryOf<"text_delta">,
  reasoning_delta: shape("reasoning_delta", { text }) as ArbitraryOf<"reasoning_delta">,
  tool_input_start: shape("tool_input_start", { callId: id, name: text }) as ArbitraryOf<"tool_input_start">,
  tool_input_delta: shape("tool_input_delta", { callId: id, json: text }) as ArbitraryOf<"tool_input_delta">,
  tool_input_end: shape("tool_input_end", { callId: id }) as ArbitraryOf<"tool_input_end">,
  usage: shape("usage", {
    turn: fc.option(usage),
    total: usage,
    cost: fc.record({ turn: cost, total: cost }),
    auxiliary: fc.option(fc.constant(true as const), { nil: undefined }),
  }) as ArbitraryOf<"usage">,
  turn_end: shape("turn_end", {
    turn: count,
    stopReason,
    error: fc.option(error, { nil: undefined }),
  }) as ArbitraryOf<"turn_end">,
  tool_start: shape("tool_start", { call: toolCall }) as ArbitraryOf<"tool_start">,
  approval_request: shape("approval_request", {
    request: fc.record(
      {
        id: text,
        digest: text,
        call: toolCall,
        cwd: text,
        risk: fc.constantFrom("read", "write", "execute"),
        reasons: files,
        command: text,
        writes: files,
        hosts: files,
        remember: files,
      },
      {
        requiredKeys: ["id", "digest", "call", "cwd", "risk", "reasons", "writes", "hosts", "remember"],
      },
    ),
  }) as ArbitraryOf<"approval_request">,
  approval_response: shape("approval_response", {
    requestId: text,
    decision: fc.constantFrom("allow", "deny"),
    reason: fc.option(text, { nil: undefined }),
  }) as ArbitraryOf<"approval_response">,
  tool_progress: shape("tool_progress", { callId: id, text }) as ArbitraryOf<"tool_progress">,
  tool_end: shape("tool_end", {
    callId: id,
    isError: fc.boolean(),
    durationMs: count,
  }) as ArbitraryOf<"tool_end">,
  retry: shape("retry", { attempt: count, delayMs: count, error }) as ArbitraryOf<"retry">,
  run_end: shape("run_end", {
    reason: fc.constantFrom("done", "aborted", "error"),
    error: fc.option(error, { nil: undefined }),
  }) as ArbitraryOf<"run_end">,
};

/** The type of every event that there is; a type that is missing here does not compile. */
export const eventTypes = Object.keys(byType) as AgentEvent["type"][];

/** Any event. */
export const anyEvent: fc.Arbitrary<AgentEvent> = fc.oneof(...Object.values(byType));
