import { detailsOf } from "../errors/hide-secrets.ts";
import { ProviderError } from "../errors/provider-error.ts";
import { displayText } from "../errors/redact.ts";
import type { ModelInfo } from "../model/model-info.ts";
import type { ModelRequest } from "../model/request.ts";
import { gentleSchema, isRefusedByStrict } from "../wire/chat-completions/gentle-schema.ts";

/** Gemini refuses schemas that others take. What the list of models says about a model counts before its name. */
export function isGemini(id: string, info: ModelInfo | undefined): boolean {
  return /^gemini/i.test(info?.family ?? id);
}

/** So many tools are named at most. */
const MOST_NAMES = 5;

/**
 * Names the tools whose schemas may be the reason, when a request with tools was refused without one: services that mind
 * a schema do not say which. Any other error is given back as it is.
 */
export function schemaError(
  error: ProviderError,
  { model, tools = [] }: ModelRequest,
  info: ModelInfo | undefined,
): ProviderError {
  if (error.status !== 400 || error.code !== "bad_request" || isExplained(error)) return error;
  const isCleaned = isGemini(model, info);
  const suspects = tools
    .filter(({ parameters }) => isRefusedByStrict(isCleaned ? gentleSchema(parameters) : parameters))
    .map(({ name }) => displayText(name, 64));
  if (suspects.length === 0) return error;
  const named = suspects.slice(0, MOST_NAMES).join(", ");
  const more = suspects.length > MOST_NAMES ? ` and ${suspects.length - MOST_NAMES} more` : "";
  const why = `The schemas of these tools have union types or references, which some models refuse: ${named}${more}.`;
  return new ProviderError("bad_request", `${error.message} ${why}`, {
    ...detailsOf(error),
    cause: error,
    hint: "Leave these tools out, or choose another model.",
  });
}

/** Whether the service said more than that the request was bad. */
function isExplained({ message }: ProviderError): boolean {
  return !/\((?:no reason given|status 400(?:, \w+)?(?:, "(?:bad request|invalid request body)\.?")?)\)/i.test(
    message,
  );
}
