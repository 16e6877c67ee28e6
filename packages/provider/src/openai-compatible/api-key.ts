import { detailsOf, hideSecrets } from "../errors/hide-secrets.ts";
import { isProviderError, ProviderError } from "../errors/provider-error.ts";

/** A key, or what gives it: asked again for each request. Whatever it throws reaches the caller unchanged. */
export type ApiKey = string | (() => string | Promise<string>);

/** Asks for the key and makes sure that it can stand in a header. Its value never appears in an error. */
export async function readApiKey(source: ApiKey | undefined): Promise<string | undefined> {
  const given: unknown = typeof source === "function" ? await source() : source;
  const key = typeof given === "string" ? given.trim() : "";
  if (source === undefined) return undefined;
  if (key === "") {
    throw new ProviderError("unauthenticated", "There is no API key to ask the service with.", {
      hint: "Give it as `apiKey`, or leave that out for a service that wants none.",
    });
  }
  if (!/^[\u0021-\u007e]{1,4000}$/.test(key)) {
    throw new ProviderError(
      "unauthenticated",
      "The API key holds characters that no header takes; nothing was sent.",
    );
  }
  return key;
}

/** An error as the caller may see it: about the key instead of a Copilot token, and without the key. */
export function explainKeyError(
  error: unknown,
  key: string | undefined,
  what: string,
  host: string,
): unknown {
  if (!isProviderError(error)) return error;
  if (error.code === "unauthenticated" && error.status !== undefined) {
    const message = `${what} failed: ${host} did not accept the API key (status ${error.status}).`;
    const { serviceCode: _, ...kept } = detailsOf(error);
    return new ProviderError(error.code, message, {
      ...kept,
      retryable: false,
      hint: "Check the key that is given as `apiKey`.",
    });
  }
  return key === undefined ? error : hideSecrets(error, [key]);
}
