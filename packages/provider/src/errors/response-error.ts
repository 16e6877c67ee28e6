import { readErrorBody, type ErrorBody } from "./error-body.ts";
import { ProviderError, type ProviderErrorCode } from "./provider-error.ts";
import { displayText } from "./redact.ts";
import { formatWait, headerOf, resetTimeOf, retryAfterOf, type ResponseHeaders } from "./retry-after.ts";

/** An answer that is not the one we asked for, read once and bounded. */
export interface FailedResponse {
  status: number;
  headers: ResponseHeaders;
  /** At most 64 KB of the body. */
  body: string;
  /** The host that was asked, for the message. */
  host: string;
  /** What was tried, as in "asking Copilot for an answer". */
  what: string;
}

interface Rule {
  status?: readonly number[];
  /** Tested against the service's code. */
  code?: RegExp;
  /** Tested against the service's message. */
  message?: RegExp;
  becomes: ProviderErrorCode;
  /** The sentence that follows "… failed:". `%` stands for the service's words. */
  says: string;
  hint?: string;
  retryable?: boolean;
}

const LOGIN_HINT = "Run `zotpilot login` and try again.";

/** The first rule that fits wins. Codes come before statuses, since the service is free with statuses. */
const RULES: readonly Rule[] = [
  {
    code: /^(?:model_max_prompt_tokens_exceeded|context_length_exceeded)$/,
    becomes: "context_too_long",
    says: "the conversation is longer than the model takes (%)",
    hint: "Shorten or compact the conversation, or choose a model with a larger window.",
  },
  {
    status: [400, 413],
    message: /prompt token count of \d+ exceeds|prompt is too long|maximum context length|context window/i,
    becomes: "context_too_long",
    says: "the conversation is longer than the model takes (%)",
    hint: "Shorten or compact the conversation, or choose a model with a larger window.",
  },
  {
    message: /not available for integrator/i,
    becomes: "model_not_found",
    says: "the model is not offered to this integration id (%)",
    hint: "Set another Copilot-Integration-Id, or choose another model.",
  },
  {
    code: /^unsupported_api_for_model$/,
    becomes: "bad_request",
    says: "this model does not answer on the endpoint that was asked (%)",
    hint: "Choose another model.",
  },
  {
    code: /^(?:model_not_supported|model_not_found)$/,
    becomes: "model_not_found",
    says: "the service does not offer this model to the account (%)",
    hint: "List the models of the account, or accept the model's terms first.",
  },
  {
    code: /^(?:quota_exceeded|free_quota_exceeded|overage_limit_reached|billing_not_configured|session_quota_exceeded|insufficient_quota)$/,
    becomes: "quota_exceeded",
    says: "the allowance of the account is used up (%)",
    hint: "Choose a model that is included in the plan, or wait for the reset.",
  },
  {
    code: /rate_limited|rate_limit_exceeded|^agent_mode_limit_exceeded$|^model_overloaded$|^extension_blocked$|^overloaded_error$|^rate_limit_error$/,
    becomes: "rate_limited",
    says: "the service asks to slow down (%)",
    retryable: true,
  },
  {
    code: /^content_filter$|^content_policy/,
    becomes: "content_filtered",
    says: "the service refused the content (%)",
  },
  { message: /off_topic/, becomes: "content_filtered", says: "the service refused the content (%)" },
  {
    status: [400, 401, 403],
    message: /personal access token|third-party user token/i,
    becomes: "unauthenticated",
    says: "this kind of GitHub token is not accepted here (%)",
    hint: LOGIN_HINT,
  },
  {
    status: [401],
    message: /AuthenticateToken authentication failed/i,
    becomes: "unauthenticated",
    says: "the token is not valid on this host (%)",
    hint: LOGIN_HINT,
  },
  {
    status: [401],
    becomes: "unauthenticated",
    says: "the Copilot token was refused, and renewing it did not help (%)",
    hint: LOGIN_HINT,
  },
  {
    status: [402],
    becomes: "quota_exceeded",
    says: "the allowance of the account is used up (%)",
    hint: "Choose a model that is included in the plan, or wait for the reset.",
  },
  {
    status: [403],
    message: /API rate limit exceeded|secondary rate limit/i,
    becomes: "rate_limited",
    says: "GitHub asks to slow down (%)",
    retryable: true,
  },
  {
    status: [403],
    message: /policy to be enabled|policy/i,
    becomes: "forbidden",
    says: "a policy of the organization forbids it (%)",
    hint: "Ask the administrator of the organization to enable this Copilot feature.",
  },
  { status: [403, 451], becomes: "forbidden", says: "the service forbids it (%)" },
  { status: [404], becomes: "bad_request", says: "the service does not know this path or model (%)" },
  { status: [408], becomes: "timeout", says: "the service gave up waiting (%)", retryable: true },
  {
    status: [413],
    becomes: "bad_request",
    says: "the request is too large (%)",
    hint: "Send fewer or smaller images, or compact the conversation.",
  },
  {
    status: [421],
    becomes: "bad_request",
    says: "this host does not serve the account, also after the token was renewed (%)",
    hint: "Check the configured host.",
  },
  { status: [422], becomes: "content_filtered", says: "the service refused the content (%)" },
  { status: [424], becomes: "server_error", says: "something that the service depends on failed (%)" },
  { status: [429], becomes: "rate_limited", says: "the service asks to slow down (%)", retryable: true },
  {
    status: [466],
    becomes: "bad_request",
    says: "the service no longer supports this client (%)",
    hint: "Update zotpilot, or set newer editor versions.",
  },
  { status: [499], becomes: "server_error", says: "the service cancelled the request (%)", retryable: true },
];

function ruleFor(status: number, body: ErrorBody): Rule {
  const found = RULES.find(
    (rule) =>
      (rule.status === undefined || rule.status.includes(status)) &&
      (rule.code === undefined || rule.code.test(body.code) || rule.code.test(body.type)) &&
      (rule.message === undefined || rule.message.test(body.message)),
  );
  if (found) return found;
  if (status >= 500 || status === 0) {
    return { becomes: "server_error", says: "the service failed (%)", retryable: true };
  }
  return { becomes: "bad_request", says: "the service did not accept the request (%)" };
}

/** Longer waits are for a person to decide; a program must not sleep for hours. */
const LONGEST_OWN_WAIT_MS = 60_000;

function wordsOf(response: { status: number }, body: ErrorBody): string {
  const parts: string[] = [];
  if (response.status > 0) parts.push(`status ${response.status}`);
  if (body.code !== "") parts.push(displayText(body.code, 80));
  const text = displayText(body.message);
  if (body.isHtml) parts.push(text === "" ? "an HTML page" : `an HTML page titled "${text}"`);
  else if (text !== "") parts.push(`"${text}"`);
  return parts.join(", ");
}

/** Turns an answer with a failure status, or an error that came inside a stream (status 0), into one error. */
export function errorFromResponse(response: FailedResponse): ProviderError {
  const { status, headers, host, what } = response;
  const body = readErrorBody(response.body);
  const requestId = headerOf(headers, "x-request-id") ?? headerOf(headers, "x-github-request-id");
  const common = { ...(status > 0 && { status }), ...(requestId !== undefined && { requestId }) };

  if (status >= 400 && body.isHtml && headerOf(headers, "x-github-request-id") === undefined) {
    return new ProviderError(
      status >= 500 ? "server_error" : "network",
      `${what} failed: a proxy or firewall between us and ${host} answered (${wordsOf(response, body)}).`,
      {
        ...common,
        retryable: status >= 500,
        hint: `Ask whoever runs your network to allow ${host}, or set HTTPS_PROXY.`,
      },
    );
  }

  const rule = ruleFor(status, body);
  const retryAfterMs = retryAfterOf(headers);
  const limited = rule.becomes === "rate_limited" || rule.becomes === "quota_exceeded";
  const resetsAt = limited ? resetTimeOf(headers) : undefined;
  const wait =
    limited && retryAfterMs !== undefined && retryAfterMs > 0
      ? `; it can be used again in ${formatWait(retryAfterMs)}`
      : "";
  const patient = retryAfterMs === undefined || retryAfterMs <= LONGEST_OWN_WAIT_MS;
  const forWeeks = /weekly/.test(body.code) && retryAfterMs === undefined;
  return new ProviderError(
    rule.becomes,
    `${what} failed: ${rule.says.replace("%", () => wordsOf(response, body) || "no reason given")}${wait}.`,
    {
      ...common,
      retryable: (rule.retryable ?? false) && patient && !forWeeks,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(resetsAt !== undefined && { resetsAt }),
      ...(rule.hint !== undefined && { hint: rule.hint }),
      ...(body.code !== "" && { serviceCode: displayText(body.code, 80) }),
    },
  );
}
