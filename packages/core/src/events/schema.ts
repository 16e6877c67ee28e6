import { z } from "zod";
import type { DurableEvent, ToolDetails } from "./event.ts";

const text = z.object({ type: z.literal("text"), text: z.string() });
const image = z.object({ type: z.literal("image"), mimeType: z.string(), data: z.string() });
const reasoning = z.object({
  type: z.literal("reasoning"),
  text: z.string(),
  opaque: z.string().optional(),
  origin: z.object({ model: z.string(), endpoint: z.string(), account: z.string().optional() }).optional(),
});
const toolCall = z.object({
  type: z.literal("tool_call"),
  id: z.string(),
  name: z.string(),
  arguments: z.string(),
});
const usage = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cachedInputTokens: z.number(),
  reasoningTokens: z.number(),
  cacheWriteTokens: z.number().optional(),
  nanoAiu: z.number().optional(),
});
const at = z.string().optional();
const resultContent = z.array(z.discriminatedUnion("type", [text, image]));

const userMessage = z.object({
  role: z.literal("user"),
  content: z.array(z.discriminatedUnion("type", [text, image])),
  at,
  summary: z.literal(true).optional().catch(undefined),
});
const assistantMessage = z.object({
  role: z.literal("assistant"),
  content: z.array(z.discriminatedUnion("type", [text, reasoning, toolCall])),
  at,
});
const toolMessage = z.object({
  role: z.literal("tool"),
  callId: z.string(),
  name: z.string(),
  content: resultContent,
  isError: z.boolean(),
  at,
  // Nice to have: damaged ones cost nobody the result.
  details: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
const files = z.array(z.string());
const premiumRequests = z.number().optional();
const spent = z.object({
  usage,
  unmeasured: z.number(),
  premiumRequests,
  model: z.string().optional(),
  provider: z.string().optional(),
  name: z.string().optional(),
});

/** What a session file holds of each known event. */
export const durableEvent: z.ZodType<DurableEvent> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("user_message"), message: userMessage }),
  z.object({
    type: z.literal("assistant_message"),
    message: assistantMessage,
    usage: usage.nullable(),
    stopReason: z.enum(["end", "length", "tool_calls", "content_filter", "aborted", "error"]),
    premiumRequests,
  }),
  z.object({ type: z.literal("tool_message"), message: toolMessage, files: files.optional() }),
  z.object({ type: z.literal("model_changed"), provider: z.string(), model: z.string() }),
  z.object({ type: z.literal("cleared"), spent: spent.optional() }),
  z.object({
    type: z.literal("compacted"),
    messages: z.array(z.discriminatedUnion("role", [userMessage, assistantMessage, toolMessage])),
    files,
    usage: usage.nullable(),
    spent,
    contextTokens: z.number(),
  }),
  z.object({ type: z.literal("session_named"), name: z.string() }),
]);

/** What a tool may return: anything else could not be read back from the session. Its details are made to fit. */
export const toolResult = z.object({
  content: resultContent,
  isError: z.boolean(),
  details: z.unknown().transform(fittingDetails).optional(),
});

/** The longest details of one result, in characters of JSON. */
const maxDetailsLength = 64 * 1024;

/** The fields that are plain JSON and fit; undefined when none is. Never throws, whatever it is given. */
function fittingDetails(given: unknown): ToolDetails | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  let keys: string[];
  try {
    keys = Array.isArray(given) ? [] : Object.keys(given);
  } catch {
    return undefined;
  }
  const kept: [string, unknown][] = [];
  let room = maxDetailsLength;
  let isCut = false;
  for (const key of keys) {
    // Readers of the session would drop it.
    if (key === "__proto__") continue;
    try {
      const json = JSON.stringify((given as ToolDetails)[key]);
      // A function, a symbol, nothing.
      if (json === undefined) continue;
      const length = key.length + json.length;
      if (length > room) {
        isCut = true;
        continue;
      }
      const value: unknown = JSON.parse(json);
      if (isDeep(value)) {
        isCut = true;
        continue;
      }
      room -= length;
      kept.push([key, value]);
    } catch {
      // A circle, a bigint, a getter that throws: no JSON.
      isCut = true;
    }
  }
  if (isCut) kept.push(["details_truncated", true]);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** Whether a value is deeper than those who read it with recursion can be expected to bear. */
function isDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > 100) return true;
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return false;
}
