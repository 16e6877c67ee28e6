import { emptyUsage, type ImagePart, type TextPart, type ToolCall } from "@zotpilot/provider/model";
import { z } from "zod";
import type { DurableEvent } from "../events/event.ts";
import { asEvent, pairCalls } from "../events/pairing.ts";
import type { TranscriptMessage } from "../events/transcript.ts";

const text = z.object({ text: z.string() }).loose();
const image = z.object({ mime_type: z.string(), data: z.string() });
const block = z.looseObject({
  text: z.string().nullish(),
  mime_type: z.string().nullish(),
  data: z.string().nullish(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  arguments: z.unknown().optional(),
  call_id: z.string().nullish(),
  content: z.array(z.unknown()).nullish(),
  is_error: z.boolean().nullish(),
  server: z.boolean().nullish(),
  reasoning_id: z.string().nullish(),
  encrypted_content: z.string().nullish(),
});
const message = z.looseObject({
  role: z.enum(["user", "assistant", "tool"]),
  content: z.array(z.unknown()).nullish(),
  time: z.string().nullish(),
  meta: z.looseObject({ compaction: z.string().nullish() }).nullish(),
});
const row = z.looseObject({
  type: z.string(),
  meta: z
    .looseObject({
      model: z.string().nullish(),
      provider: z.string().nullish(),
      title: z.string().nullish(),
    })
    .nullish(),
  message: message.nullish(),
  messages: z.array(z.unknown()).nullish(),
  title: z.string().nullish(),
  cumulative: z
    .looseObject({
      input_tokens: z.number().nullish(),
      output_tokens: z.number().nullish(),
      reasoning_tokens: z.number().nullish(),
      cache_read_tokens: z.number().nullish(),
      cache_write_tokens: z.number().nullish(),
    })
    .nullish(),
});
type Block = z.infer<typeof block>;
type Row = z.infer<typeof row>;

/** Whether a first line is that of a session of zot. */
export function isZotHeader(value: unknown): boolean {
  const parsed = row.safeParse(value);
  return parsed.success && parsed.data.type === "meta" && parsed.data.meta != null;
}

/** zot repeats images of tool results in a message that no person wrote. */
const mirrored = "Tool output included the following image content:";

/** What was read from a session of zot. */
export interface ZotSession {
  events: DurableEvent[];
  /** Lines that could not be read, or not all of them. */
  damaged: number;
}

/** Collects the lines of a session of zot, which tell their conversation in our events. */
export function createZotReader(): { add(value: unknown): void; end(): ZotSession } {
  const events: DurableEvent[] = [];
  const names = new Map<string, string>();
  let damaged = 0;
  let isOdd = false;
  let title: string | undefined;
  let cumulative: Row["cumulative"];
  let last: NonNullable<Row["meta"]> = {};

  /** Those that can be read: an odd one costs nothing around it. */
  function blocksOf(values: readonly unknown[]): Block[] {
    return values.flatMap((value) => {
      const parsed = block.safeParse(value);
      if (!parsed.success) isOdd = true;
      return parsed.success ? [parsed.data] : [];
    });
  }

  /** The messages that one of zot is: it answers all calls of a turn in one. */
  function messagesOf(given: z.infer<typeof message>): TranscriptMessage[] {
    const blocks = blocksOf(given.content ?? []);
    const at = given.time ? { at: given.time } : {};
    if (given.role === "user") {
      const content = blocks.flatMap(contentOf);
      const [first] = content;
      if (content.length === 0 || (first?.type === "text" && first.text === mirrored)) return [];
      if (given.meta?.compaction === "true") return [{ role: "user", content, ...at, summary: true }];
      return [{ role: "user", content, ...at }];
    }
    if (given.role === "assistant") {
      const content = blocks.flatMap((part) => answerOf(part, () => (isOdd = true)));
      for (const part of content) if (part.type === "tool_call") names.set(part.id, part.name);
      return content.length === 0 ? [] : [{ role: "assistant", content, ...at }];
    }
    return blocks.flatMap(({ call_id: callId, content, is_error: isError }) => {
      if (typeof callId !== "string") return [];
      const name = names.get(callId) ?? "unknown";
      const result = blocksOf(content ?? []).flatMap(contentOf);
      return [{ role: "tool", callId, name, content: result, isError: isError === true, ...at }];
    });
  }

  /** zot goes on from these; what came before is history. */
  function addCompaction(values: readonly unknown[]): void {
    const messages = values.flatMap((value) => {
      const parsed = message.safeParse(value);
      if (!parsed.success) isOdd = true;
      return parsed.success ? messagesOf(parsed.data) : [];
    });
    const unmeasured = events.filter(({ type }) => type === "assistant_message").length;
    // The sum comes at the end, with the last that zot has told.
    const spent = { usage: emptyUsage(), unmeasured };
    events.push({ type: "compacted", messages, files: [], usage: null, spent, contextTokens: 0 });
  }

  return {
    add(value) {
      const parsed = row.safeParse(value);
      if (!parsed.success) {
        damaged += 1;
        return;
      }
      const { type, message, messages, meta } = parsed.data;
      isOdd = false;
      if (type === "message" && message) events.push(...messagesOf(message).map(asEvent));
      else if (type === "compaction" && messages) addCompaction(messages);
      else if (type === "usage") cumulative = parsed.data.cumulative ?? cumulative;
      else if (type === "rename" || type === "meta") title = parsed.data.title || meta?.title || title;
      if (type === "meta") last = meta ?? last;
      if (isOdd) damaged += 1;
    },
    end() {
      const told = [...pairCalls(events).events];
      const usage = usageOf(cumulative);
      // What it has used so far counts; it is nobody's answer.
      const nothing = { role: "assistant" as const, content: [] };
      if (usage) told.push({ type: "assistant_message", message: nothing, usage, stopReason: "end" });
      const { provider, model } = last;
      if (provider && model) told.push({ type: "model_changed", provider, model });
      if (title) told.push({ type: "session_named", name: title });
      return { events: told, damaged };
    },
  };
}

function usageOf(sum: Row["cumulative"]) {
  if (!sum) return undefined;
  const cachedInputTokens = sum.cache_read_tokens ?? 0;
  const cacheWriteTokens = sum.cache_write_tokens ?? 0;
  const inputTokens = (sum.input_tokens ?? 0) + cachedInputTokens + cacheWriteTokens;
  const outputTokens = sum.output_tokens ?? 0;
  if (inputTokens === 0 && outputTokens === 0) return undefined;
  const reasoningTokens = sum.reasoning_tokens ?? 0;
  const known = { inputTokens, outputTokens, cachedInputTokens, reasoningTokens };
  return cacheWriteTokens > 0 ? { ...known, cacheWriteTokens } : known;
}

/** Blocks on disk have no type; what they are is told by their fields, in zot's order. */
function answerOf(part: Block, onOdd: () => void): (TextPart | ToolCall)[] {
  if (part.reasoning_id != null || part.encrypted_content != null) return [];
  // A service has run it itself and told the result in its answer.
  if (part.server === true) return [];
  if (part.name != null && part.id != null) {
    const call = { type: "tool_call" as const, id: part.id, name: part.name };
    return [{ ...call, arguments: argumentsText(part.arguments, onOdd) }];
  }
  const read = text.safeParse(part);
  return read.success && read.data.text !== "" ? [{ type: "text" as const, text: read.data.text }] : [];
}

function contentOf(part: Block): (TextPart | ImagePart)[] {
  const picture = image.safeParse(part);
  if (picture.success) {
    return [{ type: "image", mimeType: picture.data.mime_type, data: picture.data.data }];
  }
  const read = text.safeParse(part);
  return read.success ? [{ type: "text", text: read.data.text }] : [];
}

function argumentsText(value: unknown, onOdd: () => void): string {
  if (value === undefined || value === null) return "{}";
  try {
    return typeof value === "string" ? value : JSON.stringify(value);
  } catch {
    // Nested so deep that nothing can be written of it.
    onOdd();
    return "{}";
  }
}
