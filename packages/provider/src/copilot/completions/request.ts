import { randomUUID } from "node:crypto";
import type { Usage } from "../../model/usage.ts";

/** What stands around the place that code is wanted for. */
export interface CompletionRequest {
  /** The text before the cursor. */
  prompt: string;
  /** The text after it. */
  suffix?: string;
  /** The language of the file, as editors name it, for example `python`. */
  language?: string;
  /** An engine for completions, for example `gpt-41-copilot`, which is used when left out. */
  model?: string;
  /** Upper limit for each text, in tokens; 500 when left out. */
  maxTokens?: number;
  /** 0 for one text and rising with {@link CompletionRequest.count} when left out. */
  temperature?: number;
  /** How many texts to write; 1 when left out. */
  count?: number;
  /** Where to stop; three line ends or the end of a code block when left out. */
  stop?: readonly string[];
  /** The repository, as `owner/name`. */
  repository?: string;
}

/**
 * One step of a completion as it streams. Texts are told apart by `index` and come interleaved. Each ends in one
 * `finish`; a stream that fails or is cut off throws instead.
 */
export type CompletionEvent =
  | { type: "text_delta"; index: number; text: string }
  /** What the service says about a text: `name` is for example `ip_code_citations`. */
  | { type: "annotation"; index: number; name: string; annotation: CompletionAnnotation }
  | { type: "usage"; usage: Usage }
  | { type: "finish"; index: number; reason: "end" | "length" | "content_filter" };

/** A remark on a piece of a text, such as the public code that it resembles. */
export interface CompletionAnnotation {
  /** Where the piece begins and ends, in characters of its text. */
  start: number;
  end: number;
  /** As the service sent it. */
  details: Readonly<Record<string, unknown>>;
}

const DEFAULT_ENGINE = "gpt-41-copilot";

/** The path of an engine. */
export function completionPath(request: CompletionRequest): string {
  return `/v1/engines/${encodeURIComponent(request.model ?? DEFAULT_ENGINE)}/completions`;
}

/** The body of a request for completions. */
export function encodeCompletion(request: CompletionRequest): Record<string, unknown> {
  const count = request.count ?? 1;
  return {
    prompt: request.prompt,
    suffix: request.suffix ?? "",
    max_tokens: request.maxTokens ?? 500,
    temperature: request.temperature ?? temperatureFor(count),
    top_p: 1,
    n: count,
    stop: request.stop ?? ["\n\n\n", "\n```"],
    stream: true,
    ...(request.repository !== undefined && { nwo: request.repository }),
    extra: { ...(request.language !== undefined && { language: request.language }) },
  };
}

function temperatureFor(count: number): number {
  if (count === 1) return 0;
  if (count < 10) return 0.2;
  return count < 20 ? 0.4 : 0.8;
}

/** The headers of a request for completions. */
export function completionHeaders(): Record<string, string> {
  return {
    "Content-Type": "application/json",
    Accept: "text/event-stream, application/json",
    "Accept-Encoding": "identity",
    "OpenAI-Intent": "copilot-ghost",
    "OpenAI-Organization": "github-copilot",
    "X-Request-Id": randomUUID(),
  };
}
