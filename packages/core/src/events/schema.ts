import { z } from "zod";
import type { DurableEvent } from "./event.ts";

const text = z.object({ type: z.literal("text"), text: z.string() });
const image = z.object({ type: z.literal("image"), mimeType: z.string(), data: z.string() });
const reasoning = z.object({
  type: z.literal("reasoning"),
  text: z.string(),
  opaque: z.string().optional(),
  origin: z.object({ model: z.string(), endpoint: z.string() }).optional(),
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
  nanoAiu: z.number().optional(),
});
const at = z.string().optional();
const resultContent = z.array(z.discriminatedUnion("type", [text, image]));

/** What a session file holds of each known event. */
export const durableEvent: z.ZodType<DurableEvent> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("user_message"),
    message: z.object({
      role: z.literal("user"),
      content: z.array(z.discriminatedUnion("type", [text, image])),
      at,
    }),
  }),
  z.object({
    type: z.literal("assistant_message"),
    message: z.object({
      role: z.literal("assistant"),
      content: z.array(z.discriminatedUnion("type", [text, reasoning, toolCall])),
      at,
    }),
    usage: usage.nullable(),
    stopReason: z.enum(["end", "length", "tool_calls", "content_filter", "aborted", "error"]),
  }),
  z.object({
    type: z.literal("tool_message"),
    message: z.object({
      role: z.literal("tool"),
      callId: z.string(),
      name: z.string(),
      content: resultContent,
      isError: z.boolean(),
      at,
    }),
  }),
  z.object({ type: z.literal("model_changed"), provider: z.string(), model: z.string() }),
  z.object({ type: z.literal("cleared") }),
]);

/** What a tool may return: anything else could not be read back from the session. */
export const toolResult = z.object({ content: resultContent, isError: z.boolean() });
