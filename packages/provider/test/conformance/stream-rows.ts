import type { ModelRequest, ProviderErrorCode } from "../../src/index.ts";

/** What the simulated model says when a scenario does not say it. */
export const SAID = "Hello — naïve ✓ 日本.";

/** The error that is expected. */
export interface Failure {
  code: ProviderErrorCode;
  retryable: boolean;
  serviceCode?: string;
  retryAfterMs?: number;
  says?: RegExp;
  hint?: RegExp;
}

/** What one request of a person comes to, and how many requests that takes. */
export interface Row {
  asks?: Partial<ModelRequest>;
  text?: string;
  calls?: readonly { name: string; arguments: unknown }[];
  finish?: string;
  inputTokens?: number | undefined;
  fails?: Failure;
  exchanges?: number;
  chats?: number;
  /** It fails once: asked again, the service answers. */
  once?: boolean;
}

const answered: Row = { text: SAID };
const fails = (code: ProviderErrorCode, retryable: boolean, more: Partial<Failure> = {}): Row => ({
  fails: { code, retryable, ...more },
});
const refused = (more: Partial<Failure> = {}): Row => ({
  ...fails("not_subscribed", false, more),
  exchanges: 1,
  chats: 0,
});
const reading = (...names: string[]): Row => ({
  finish: "tool_calls",
  calls: names.map((name) => ({ name, arguments: { path: "README.md" } })),
});
const files = [
  { name: "read_file", arguments: { path: "src/a.ts" } },
  { name: "read_file", arguments: { path: "src/b.ts" } },
];
const limited = (serviceCode: string, retryable: boolean, retryAfterMs?: number): Row => ({
  ...fails("rate_limited", retryable, { serviceCode, ...(retryAfterMs !== undefined && { retryAfterMs }) }),
  chats: 1,
});
const spent = (serviceCode: string, retryAfterMs?: number): Row => ({
  ...fails("quota_exceeded", false, { serviceCode, ...(retryAfterMs !== undefined && { retryAfterMs }) }),
  chats: 1,
});
const NINE_DAYS = 777_600_000;

/** What comes of `stream()`. The names are those of the protocol reference. */
export const STREAM: Record<string, Row> = {
  "exchange.ok": { ...answered, exchanges: 1, chats: 1 },
  "exchange.minimal": answered,
  "exchange.drift": answered,
  "exchange.unknown_fields": answered,
  "exchange.401": { ...fails("unauthenticated", false, { hint: /zotpilot login/ }), exchanges: 1, chats: 0 },
  "exchange.403.server_error": { ...fails("server_error", true), exchanges: 2, chats: 0 },
  "exchange.403.html": { ...fails("network", false, { says: /proxy or firewall/ }), exchanges: 2, chats: 0 },
  "exchange.403.once": { ...answered, exchanges: 2 },
  "exchange.404": { ...fails("not_subscribed", false, { says: /404/ }), exchanges: 1, chats: 0 },
  "exchange.200_error_envelope": refused({ says: /Sample text/, serviceCode: "no_copilot_access" }),
  "exchange.200_without_token": refused({ says: /without a token/ }),
  "exchange.5xx_once": { ...answered, exchanges: 2 },
  "exchange.5xx_always": { ...fails("server_error", true), exchanges: 3, chats: 0 },
  "exchange.garbage": { ...fails("invalid_response", true, { says: /HTML page/ }), exchanges: 2, chats: 0 },
  "exchange.hang": { ...fails("timeout", true), exchanges: 1, chats: 0 },
  "exchange.reset": { ...fails("network", true), exchanges: 3, chats: 0 },
  "exchange.evil_endpoint": {
    ...fails("invalid_response", false, { says: /copilot\.example.*does not belong/ }),
    chats: 0,
  },

  "capi.401_once": { ...answered, exchanges: 2, chats: 2 },
  "capi.401_always": {
    ...fails("unauthenticated", false, { says: /token expired/ }),
    exchanges: 2,
    chats: 2,
  },
  "capi.401_then_mint_fails": { ...fails("unauthenticated", false, { says: /token expired/ }), chats: 1 },
  "capi.401_auto_mode": fails("unauthenticated", false, { says: /auto-mode/ }),
  "capi.401_authorize_url": fails("unauthenticated", false),
  "capi.401_wrong_host": fails("unauthenticated", false, { says: /not valid on this host/ }),
  "capi.403_forbidden_text": { ...fails("forbidden", false), exchanges: 1, chats: 1 },
  "capi.403_policy": { ...fails("forbidden", false, { says: /policy/, hint: /administrator/ }), chats: 1 },
  "capi.403_transient_once": { ...fails("forbidden", false), chats: 1, once: true },
  "capi.pat_refused": fails("unauthenticated", false, { says: /Personal Access Tokens/ }),
  "capi.integrator_refused": fails("model_not_found", false),
  "capi.466": { ...fails("bad_request", false, { says: /no longer supports/ }), chats: 1 },
  "capi.499": fails("server_error", true),
  "capi.422": { ...fails("content_filtered", false), chats: 1 },
  "capi.424": fails("server_error", false),
  "capi.421": { ...fails("bad_request", false), chats: 2 },

  "chat.text": { text: "Hello from the simulator — naïve ✓ 日本.", finish: "end", inputTokens: 21 },
  "chat.text_old": { text: "Old shape", finish: "end" },
  "chat.n2": { text: "leftright" },
  "chat.cot_after_finish": { text: "Option A.", finish: "end" },
  "chat.null_choices": { text: "Fine." },
  "chat.empty_completion": fails("invalid_response", true, { says: /answered with nothing/ }),
  "chat.content_filter": { finish: "content_filter", text: "The first part of an answer" },
  "chat.content_filter_copyright": { finish: "content_filter", text: "It was the " },
  "chat.error_midstream": { ...fails("server_error", true, { serviceCode: "internal_error" }), chats: 1 },
  "chat.error_trailing_bare_json": {
    ...fails("server_error", true, { serviceCode: "internal_error" }),
    chats: 1,
  },
  "chat.no_finish_reason": { text: "Done, all tests pass.", finish: "end" },
  "chat.usage_last_chunk": { text: "Counted.", inputTokens: 40 },
  "chat.usage_in_finish": { text: "Counted.", inputTokens: 40 },
  "chat.usage_missing": { text: "Not counted.", inputTokens: undefined },
  "chat.no_done": { text: "No end mark.", finish: "end" },
  "chat.done_without_finish": { text: "No reason.", finish: "end" },
  "chat.finish_error": fails("server_error", true),
  "chat.length": { text: "This answer was cut", finish: "length" },
  "chat.tool_one": reading("read"),
  "chat.tool_parallel": {
    finish: "tool_calls",
    calls: [...files, { name: "list_dir", arguments: {} }],
  },
  "chat.tool_claude_index0": { text: "I'll look at both files.", finish: "tool_calls", calls: files },
  "chat.tool_claude_split": { text: "I'll look at both files.", finish: "tool_calls", calls: files },
  "chat.tool_index_from_1": reading("read"),
  "chat.tool_id_repeated_empty_name": reading("read"),
  "chat.tool_no_args": { finish: "tool_calls", calls: [{ name: "glob", arguments: {} }] },
  "chat.tool_whole_in_one_chunk": reading("read"),
  "chat.tool_finish_stop": reading("read"),
  "chat.tool_annotations": reading("read"),
  "chat.tool_bad_json_args": fails("invalid_response", true, { says: /not JSON/ }),
  "chat.reasoning": { text: "Reading it now.", ...reading("read_file") },
  "chat.reasoning_opaque_split": {
    finish: "tool_calls",
    calls: [
      { name: "read_file", arguments: { path: "a" } },
      { name: "read_file", arguments: { path: "b" } },
    ],
  },
  "chat.stream_asked_json_given": { text: "Not streamed.", finish: "end", inputTokens: 21 },
  "error.text_plain_json": {
    ...fails("bad_request", false, { serviceCode: "invalid_request_body" }),
    chats: 1,
  },
  "error.empty_body": { ...fails("bad_request", false), chats: 1 },
  "error.html": { ...fails("server_error", true), chats: 1 },

  "frame.byte_by_byte": answered,
  "frame.split_utf8": answered,
  "frame.crlf": answered,
  "frame.comments": answered,
  "frame.bad_json_line": answered,
  "frame.data_without_space": answered,
  "frame.two_events_one_packet": answered,

  // What has reached the service may have been charged: whether to send it again is for the caller to decide.
  "cut.before_headers": { ...fails("network", true), chats: 1 },
  "cut.before_headers_once": { ...fails("network", true), chats: 1, once: true },
  "cut.after_headers": { ...fails("network", true), chats: 1 },
  "cut.mid_text": { ...fails("network", true), chats: 1 },
  "cut.mid_text_once": { ...fails("network", true), chats: 1, once: true },
  "cut.mid_tool_args": { ...fails("network", true), chats: 1 },
  "cut.clean_end_mid_tool_args": { ...fails("invalid_response", true, { says: /cut off/ }), chats: 1 },
  "stall.headers": { ...fails("timeout", true), chats: 1 },
  "stall.first_chunk": { ...fails("timeout", true), chats: 1 },
  "stall.mid": { ...fails("timeout", true), chats: 1 },

  "limit.429_short": limited("rate_limited", true, 1000),
  "limit.429_long": limited("user_weekly_rate_limited", false, 208_800_000),
  "limit.429_date": limited("user_global_rate_limited", false, 7_200_000),
  "limit.429_no_header": limited("rate_limited", true),
  "limit.429_rate_limited": limited("rate_limited", true, 1000),
  "limit.429_user_model_rate_limited": limited("user_model_rate_limited", true, 30_000),
  "limit.429_user_global_rate_limited": limited("user_global_rate_limited", false, 9_000_000),
  "limit.429_user_weekly_rate_limited": limited("user_weekly_rate_limited", false, 208_800_000),
  "limit.429_integration_rate_limited": limited("integration_rate_limited", true),
  "limit.429_agent_mode_limit_exceeded": limited("agent_mode_limit_exceeded", false, 3_600_000),
  "limit.429_model_overloaded": limited("model_overloaded", true, 5000),
  "limit.429_extension_blocked": limited("extension_blocked", false, 300_000),
  "limit.402_quota_exceeded": spent("quota_exceeded", NINE_DAYS),
  "limit.402_free_quota_exceeded": spent("free_quota_exceeded", NINE_DAYS),
  "limit.402_overage_limit_reached": spent("overage_limit_reached", NINE_DAYS),
  "limit.402_billing_not_configured": spent("billing_not_configured", NINE_DAYS),
  "limit.402_session_quota_exceeded": spent("session_quota_exceeded", NINE_DAYS),
  "limit.402_date": spent("quota_exceeded", NINE_DAYS),
  "limit.402_no_header": spent("quota_exceeded"),
  "limit.503": { ...fails("server_error", true), chats: 3 },
  "limit.500_then_ok": { ...fails("server_error", true), chats: 1, once: true },
  "limit.502_html": { ...fails("server_error", true), chats: 3 },
  "limit.5xx_always": { ...fails("server_error", true), chats: 1 },
  "limit.413_text": { ...fails("bad_request", false), chats: 1 },
  "limit.413_json": { ...fails("bad_request", false), chats: 1 },
  "limit.413_statuscode": { ...fails("bad_request", false), chats: 1 },
  "limit.overflow": {
    ...fails("context_too_long", false, { serviceCode: "model_max_prompt_tokens_exceeded" }),
    chats: 1,
    once: true,
  },
  "limit.overflow_old": { ...fails("context_too_long", false, { says: /138898/ }), chats: 1, once: true },
  "limit.proxy_intercept": { ...fails("network", false, { says: /proxy or firewall/ }), chats: 1 },
  "ghe.wrong_host_401": fails("unauthenticated", false),
};

/** The row of a scenario of `stream()`; reasons not to give a token have one in common. */
export function streamRow(name: string): Row | undefined {
  const [, reason] = /^exchange\.403\.(.+)$/.exec(name) ?? [];
  return STREAM[name] ?? (reason === undefined ? undefined : refused({ serviceCode: reason }));
}
