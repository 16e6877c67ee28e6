import { redact } from "../errors/redact.ts";

/** How far down the causes of an error are copied. */
const DEEPEST = 5;

/**
 * A copy of a failure of the network that keeps its name, code and redacted words, and those of its causes. The errors of
 * undici and Node themselves hold sockets, certificates, and the bytes that could not be read, which may be our own
 * headers thrown back.
 */
export function plainError(error: unknown, depth = 0): Error {
  if (!(error instanceof Error)) return new Error(redact(String(error)));
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : error.cause;
  const copy = new Error(redact(error.message), {
    ...(inner !== undefined && depth < DEEPEST && { cause: plainError(inner, depth + 1) }),
  });
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = redact(error.stack);
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? Object.assign(copy, { code: redact(code) }) : copy;
}

/** Whether undici could not read an answer as HTTP. Such an error holds what came instead. */
export function isNotHttp(error: unknown): error is Error {
  return error instanceof Error && error.name === "HTTPParserError";
}

/** The error code of a failure or of what caused it. */
export function networkCodeOf(error: unknown): string {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    const code = (current as { code?: unknown }).code;
    if (typeof code === "string" && code !== "") return code;
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return "";
}
