import { readErrorBody } from "../errors/error-body.ts";
import { ProviderError } from "../errors/provider-error.ts";
import { displayText } from "../errors/redact.ts";
import { errorFromResponse } from "../errors/response-error.ts";
import { headerOf } from "../errors/retry-after.ts";
import type { TextAnswer } from "../transport/http.ts";
import { refusalSchema } from "./schema.ts";

/** Why GitHub gave no Copilot token, as an error, and whether asking once more at once may help. */
export function exchangeError(
  answer: TextAnswer,
  context: { host: string; what: string; tokenPrefix: string },
): { error: ProviderError; again: boolean } {
  const { status, headers } = answer;
  const { host, what } = context;
  const body = readErrorBody(answer.text);
  const requestId = headerOf(headers, "x-request-id") ?? headerOf(headers, "x-github-request-id");
  const common = { status, ...(requestId !== undefined && { requestId }) };

  const refusal = refusalSchema.safeParse(body.json);
  if (refusal.success) {
    const { message, notification_id: id, title, url } = refusal.data.error_details;
    const says = displayText(message ?? "") || displayText(body.message) || "no reason given";
    const link = typeof url === "string" && /^https:\/\/\S+$/.test(url) ? displayText(url, 200) : "";
    const label = displayText(title ?? "", 80);
    const passing = id === "server_error";
    const error = new ProviderError(
      passing ? "server_error" : "not_subscribed",
      `GitHub refused access to Copilot: ${says}`,
      {
        ...common,
        retryable: passing,
        ...(typeof id === "string" && { serviceCode: displayText(id, 80) }),
        ...(link !== "" && { hint: label === "" ? `See ${link}` : `${label}: ${link}` }),
      },
    );
    return { error, again: passing };
  }

  if (status === 401) {
    const error = new ProviderError(
      "unauthenticated",
      `GitHub refused the stored token (status 401 from ${host}): it was revoked, has expired, or belongs to another host.`,
      { ...common, hint: "Run `zotpilot login` to sign in again." },
    );
    return { error, again: false };
  }

  if (status === 404) {
    const classic = context.tokenPrefix === "ghp_" || context.tokenPrefix === "github_pat_";
    const why = classic
      ? "personal access tokens cannot be exchanged for a Copilot token"
      : "the app that the token was made with may not use Copilot, or the account has no Copilot at all";
    const error = new ProviderError("not_subscribed", `${what} failed: status 404 from ${host}; ${why}.`, {
      ...common,
      hint: "Run `zotpilot login`, or check the plan at https://github.com/settings/copilot.",
    });
    return { error, again: false };
  }

  if (status >= 200 && status < 300) {
    if (body.json) {
      const error = new ProviderError(
        "not_subscribed",
        `${what} failed: ${host} answered without a token, as it does for accounts and sign-ins without Copilot chat.`,
        { ...common, hint: "Run `zotpilot login` again, or check https://github.com/settings/copilot." },
      );
      return { error, again: false };
    }
    const form = body.isHtml ? "an HTML page" : body.message === "" ? "nothing" : "text that is not JSON";
    const error = new ProviderError(
      "invalid_response",
      `${what} failed: ${host} answered with ${form} where a token was expected (status ${status}).`,
      {
        ...common,
        retryable: true,
        hint: "A proxy or login page of the network may have answered in GitHub's place.",
      },
    );
    return { error, again: true };
  }

  const error = errorFromResponse({ status, headers, body: answer.text, host, what });
  return { error, again: status === 403 && error.code !== "rate_limited" };
}
