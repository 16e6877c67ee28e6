import { isProviderError, ProviderError, type ProviderErrorOptions } from "./provider-error.ts";

/** A secret that was cut is recognised by this much of its beginning. */
const TELLING = 12;
/** What is shorter is a placeholder, which local services take for a key, and may be part of any word. */
const SHORTEST = 6;

/**
 * An error without the secrets that a service threw back, whatever their form; the same error when there are none in it.
 * Where something had to be hidden the cause is left out, since that quotes it too.
 */
export function hideSecrets(error: unknown, given: readonly string[]): unknown {
  const secrets = given.filter(({ length }) => length >= SHORTEST);
  if (!isProviderError(error) || !secrets.some((secret) => quotes(error, secret))) return error;
  const hide = (text: string) => secrets.reduce(without, text);
  const { requestId, serviceCode, hint, ...details } = detailsOf(error);
  return new ProviderError(error.code, hide(error.message), {
    ...details,
    ...(requestId !== undefined && { requestId: hide(requestId) }),
    ...(serviceCode !== undefined && { serviceCode: hide(serviceCode) }),
    ...(hint !== undefined && { hint: hide(hint) }),
  });
}

/** The details of an error, to make another one of; without its cause. */
export function detailsOf(error: ProviderError): Omit<ProviderErrorOptions, "cause"> {
  return {
    retryable: error.retryable,
    ...(error.status !== undefined && { status: error.status }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    ...(error.resetsAt !== undefined && { resetsAt: error.resetsAt }),
    ...(error.requestId !== undefined && { requestId: error.requestId }),
    ...(error.serviceCode !== undefined && { serviceCode: error.serviceCode }),
    ...(error.hint !== undefined && { hint: error.hint }),
  };
}

function quotes(error: ProviderError, secret: string): boolean {
  const start = secret.slice(0, TELLING);
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    const { requestId = "", serviceCode = "", hint = "" } = current as ProviderError;
    if ([current.message, requestId, serviceCode, hint].some((text) => text.includes(start))) return true;
    current = current.cause;
  }
  return false;
}

/** Text without a secret, and without a beginning of it that was cut off somewhere. */
function without(text: string, secret: string): string {
  const start = secret.slice(0, TELLING);
  let result = "";
  let rest = text;
  for (let at = rest.indexOf(start); at !== -1; at = rest.indexOf(start)) {
    let end = at + start.length;
    while (end < rest.length && end - at < secret.length && rest[end] === secret[end - at]) end += 1;
    result += `${rest.slice(0, at)}[redacted]`;
    rest = rest.slice(end);
  }
  return result + rest;
}
