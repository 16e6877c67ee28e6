import { betasOf, unsupportedBetas } from "../copilot/betas.ts";
import { invalidSignature, thinkingBlocks } from "../copilot/messages/thinking.ts";
import { invalid } from "../copilot/valid-request.ts";
import { isRecord } from "../http/call.ts";
import { json } from "../http/reply.ts";
import { messagesStreams } from "./messages-streams.ts";
import type { Scenario } from "./scenario.ts";
import { streamed, streamOf } from "./streams.ts";
import { asksForStream, isFirstTurn, onceOnly, turnsOf } from "./tools.ts";

/** Every field a body may have. */
const FIELDS = new Set([
  "model",
  "messages",
  "system",
  "max_tokens",
  "stream",
  "stop_sequences",
  "tools",
  "tool_choice",
  "thinking",
  "output_config",
  "context_management",
  "metadata",
  "temperature",
  "top_p",
  "top_k",
]);

/** How `/v1/messages` answers. */
export const messagesScenarios: readonly Scenario[] = [
  ...messagesStreams.map((source) => streamed("messages", source)),
  {
    name: "messages.prefill_refused",
    summary: "an assistant message at the end is refused, as without a scenario",
    play: () => ({}),
  },
  {
    name: "messages.invalid_signature_once",
    summary:
      "thinks and calls tools; the first thinking that comes back has an invalid signature, then and later",
    play() {
      const rejected = new Set<unknown>();
      return {
        messages: async (call, next) => {
          const brought = thinkingBlocks(turnsOf(call)).map(({ path, block }) => ({
            path,
            seal: block["signature"] ?? block["data"],
          }));
          if (rejected.size === 0) for (const { seal } of brought) rejected.add(seal);
          const wrong = brought.find(({ seal }) => rejected.has(seal));
          if (wrong !== undefined) return invalid(invalidSignature(wrong.path));
          const isFirst = isFirstTurn(call) && asksForStream(call);
          return isFirst ? streamOf((await import("../fixtures/messages.ts")).stream) : next();
        },
      };
    },
  },
  {
    name: "messages.beta_refused",
    summary: "refuses every anthropic-beta value, also those on the list",
    play: () => ({
      messages: (call, next) => {
        const betas = betasOf(call);
        return betas.length === 0 ? next() : unsupportedBetas(betas);
      },
    }),
  },
  {
    name: "messages.cache_control_limit",
    summary: "five marks of cache_control are refused, as without a scenario",
    play: () => ({}),
  },
  onceOnly("messages.too_long", "the prompt is too long, in the form of Anthropic, once", "messages", () =>
    json(400, {
      type: "error",
      error: {
        type: "invalid_request_error",
        message: "prompt is too long: 210194 tokens > 200000 maximum",
      },
      request_id: "req_FIXTURE",
    }),
  ),
  {
    name: "messages.extra_inputs",
    summary: "refuses every field of the body that it does not know",
    play: () => ({
      messages: (call, next) => {
        const names = isRecord(call.body) ? Object.keys(call.body) : [];
        const extra = names.find((name) => !FIELDS.has(name));
        return extra === undefined ? next() : invalid(`${extra}: Extra inputs are not permitted`);
      },
    }),
  },
];
