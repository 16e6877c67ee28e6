import { parseJsonObject } from "../../errors/error-body.ts";
import { ProviderError } from "../../errors/provider-error.ts";
import { errorFromResponse } from "../../errors/response-error.ts";
import type { CompletionEvent } from "./request.ts";
import { completionAnnotationSchema, completionChoiceSchema, completionChunkSchema } from "./schema.ts";

/** What a decoder of completions needs to know, for messages. */
export interface CompletionContext {
  what: string;
  host: string;
  requestId: string | undefined;
}

/** Turns one answer into events; it throws a `ProviderError` as soon as the answer is known to have failed. */
export interface CompletionDecoder {
  /** The data of one server-sent event. True when the answer is complete. */
  data(data: string, out: CompletionEvent[]): boolean;
  /** A line that is not of the event stream format. */
  strayLine(line: string): void;
  /** The body has ended without an end mark. */
  end(torn: boolean): void;
}

const TEXT_LIMIT = 8 * 1024 * 1024;
const COUNT_LIMIT = 128;

/** Decodes one answer of the completions endpoint. */
export function createCompletionDecoder(context: CompletionContext): CompletionDecoder {
  const { what, host, requestId } = context;
  const begun = new Set<number>();
  const ended = new Set<number>();
  let length = 0;

  function invalid(why: string, retryable: boolean): ProviderError {
    return new ProviderError("invalid_response", `${what} failed: ${why}.`, {
      retryable,
      ...(requestId !== undefined && { requestId }),
    });
  }

  function failIfError(value: Record<string, unknown>): void {
    const { error } = value;
    if (error === undefined || error === null) return;
    throw errorFromResponse({
      status: 0,
      headers: requestId === undefined ? {} : { "x-request-id": requestId },
      body: JSON.stringify(value),
      host,
      what,
    });
  }

  function choice(given: unknown, out: CompletionEvent[]): void {
    const parsed = completionChoiceSchema.safeParse(given);
    if (!parsed.success) return;
    const { text, finish_reason: reason, copilot_annotations: annotations } = parsed.data;
    const index = parsed.data.index ?? 0;
    begun.add(index);
    if (begun.size > COUNT_LIMIT) throw invalid("it holds more texts than were asked for", false);
    if (typeof text === "string" && text !== "") {
      length += text.length;
      if (length > TEXT_LIMIT) throw invalid("the answer is longer than 8 MB", false);
      out.push({ type: "text_delta", index, text });
    }
    for (const [name, entries] of Object.entries(annotations ?? {})) {
      for (const entry of entries) annotate(index, name, entry, out);
    }
    if (typeof reason === "string" && reason !== "" && !ended.has(index)) {
      if (reason === "error") {
        throw new ProviderError("server_error", `${what} failed: the model stopped with an error.`, {
          retryable: true,
        });
      }
      ended.add(index);
      const known = reason === "length" || reason === "content_filter" ? reason : "end";
      out.push({ type: "finish", index, reason: known });
    }
  }

  return {
    data(data, out) {
      if (data.trim() === "[DONE]") {
        // The end mark speaks for every text that has not had an end of its own.
        for (const index of begun) if (!ended.has(index)) out.push({ type: "finish", index, reason: "end" });
        return true;
      }
      const value = parseJsonObject(data);
      if (!value) return false;
      failIfError(value);
      const chunk = completionChunkSchema.parse(value);
      for (const entry of chunk.choices ?? []) choice(entry, out);
      const { usage } = chunk;
      if (usage) {
        out.push({
          type: "usage",
          usage: {
            inputTokens: usage.prompt_tokens ?? 0,
            outputTokens: usage.completion_tokens ?? 0,
            cachedInputTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
            reasoningTokens: 0,
          },
        });
      }
      return false;
    },
    strayLine(line) {
      const value = parseJsonObject(line);
      if (value) failIfError(value);
    },
    end(torn) {
      const isComplete = begun.size > 0 && [...begun].every((index) => ended.has(index));
      if (torn || !isComplete) throw invalid("the answer was cut off before it was finished", true);
    },
  };
}

function annotate(index: number, name: string, entry: unknown, out: CompletionEvent[]): void {
  const parsed = completionAnnotationSchema.safeParse(entry);
  if (!parsed.success) return;
  const { start_offset: start, stop_offset: stop, end_offset: end, details } = parsed.data;
  const annotation = { start, end: stop ?? end ?? start, details: details ?? {} };
  out.push({ type: "annotation", index, name, annotation });
}
