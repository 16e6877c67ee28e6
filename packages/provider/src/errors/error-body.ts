/** What can be read out of the body of a failed answer, whatever form it has. */
export interface ErrorBody {
  /** The service's code, for example `model_not_supported`; empty when there is none. */
  code: string;
  /** The service's own words, or the text of a body that is not JSON; empty when there are none. */
  message: string;
  /** The class of error where a body has one, for example `rate_limit_error`. */
  type: string;
  isHtml: boolean;
  /** The parsed body, when it was a JSON object. */
  json: Record<string, unknown> | undefined;
}

/** Parses text as a JSON object; `undefined` for everything else. Never throws: a parse error quotes its input. */
export function parseJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value is an object that is not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/**
 * Reads an error body: `{error: {message, code, type}}`, `{error: "text"}`, `{message, code}`, Anthropic's
 * `{type: "error", error: {…}}`, `{statusCode, message}`, plain text, HTML, nothing. The content type is not asked:
 * the service sends JSON as text/plain.
 */
export function readErrorBody(text: string): ErrorBody {
  const json = parseJsonObject(text);
  if (!json) {
    const trimmed = text.trim();
    const isHtml = /^(?:<!doctype|<html|<head|<body|<\?xml)/i.test(trimmed);
    const title = isHtml ? /<title[^>]*>([^<]{1,200})/i.exec(trimmed)?.[1] : undefined;
    return { code: "", message: isHtml ? (title ?? "") : trimmed, type: "", isHtml, json: undefined };
  }
  const inner = isRecord(json["error"]) ? json["error"] : json;
  return {
    code: stringOf(inner["code"]) || stringOf(json["code"]),
    message:
      stringOf(inner["message"]) ||
      stringOf(json["error"]) ||
      stringOf(json["message"]) ||
      stringOf(json["error_description"]),
    type: stringOf(inner["type"]),
    isHtml: false,
    json,
  };
}
