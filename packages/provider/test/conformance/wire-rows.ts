import type { ProviderErrorCode } from "../../src/index.ts";

/** What one request of a person comes to, by the names of the protocol reference. */
export interface WireRow {
  text?: string;
  thoughts?: string;
  state?: string;
  calls?: readonly [name: string, given: unknown][];
  finish?: string;
  fails?: { code: ProviderErrorCode; retryable: boolean; serviceCode?: string };
}

const SAID = "Hello from the simulator — naïve ✓ 日本.";
const state = (text: string) => Buffer.from(text).toString("base64");
const reading: WireRow["calls"] = [
  ["read", { path: "README.md" }],
  ["read", { path: "package.json" }],
];

/** What comes of `stream()` on the wires `/responses` and `/v1/messages`. */
export const WIRES: Record<string, WireRow> = {
  "responses.text": { text: SAID },
  "responses.tools": { calls: reading },
  "responses.id_rotation": {
    text: "Reading the file first.",
    thoughts: "**Check** read the file, then answer.",
    state: state("fixture encrypted reasoning state"),
    calls: [
      ["read_file", { path: "src/a.ts" }],
      ["read_file", { path: "src/b.ts" }],
    ],
  },
  "responses.interleaved_outputs": { text: "Reading both files.", calls: reading },
  "responses.reasoning": {
    text: "Option A.",
    thoughts: "Weighing two options.",
    state: `rs_COMPOSED0 ${state("fixture composed reasoning")}`,
  },
  "responses.incomplete_max_tokens": { text: "Half an ", finish: "length" },
  "responses.incomplete_filter": { text: "The first part of an answer", finish: "content_filter" },
  "responses.failed": { fails: { code: "server_error", retryable: true, serviceCode: "server_error" } },
  "responses.cancelled": { fails: { code: "server_error", retryable: true } },
  "responses.error_flat": {
    fails: { code: "rate_limited", retryable: true, serviceCode: "rate_limit_exceeded" },
  },
  "responses.error_nested": {
    fails: { code: "rate_limited", retryable: true, serviceCode: "user_model_rate_limited" },
  },
  "responses.no_terminal": { fails: { code: "invalid_response", retryable: true } },
  "responses.done_line": { text: "Ended twice." },
  "messages.text": { text: SAID },
  "messages.tools": { calls: reading },
  "messages.thinking": {
    text: "I'll read both.",
    thoughts: "Two files to read.",
    state: state("fixture signature"),
    calls: [
      ["read_file", { path: "src/a.ts" }],
      ["list_dir", {}],
    ],
  },
  "messages.redacted_thinking": {
    text: "Option A.",
    thoughts: "",
    state: `redacted:${state("fixture redacted thinking")}`,
  },
  "messages.tool_no_input": { calls: [["glob", {}]] },
  "messages.ping": { text: "Still here." },
  "messages.refusal": { text: "", finish: "content_filter" },
  "messages.context_window_exceeded": { text: "This answer was cut", finish: "length" },
  "messages.error_event": {
    fails: { code: "rate_limited", retryable: true, serviceCode: "overloaded_error" },
  },
  "messages.done_line": { text: "Ended twice." },
  "messages.too_long": { fails: { code: "context_too_long", retryable: false } },
};
