import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { exchangeError } from "../src/copilot/exchange-error.ts";
import type { ProviderErrorCode } from "../src/errors.ts";
import { errorFromResponse } from "../src/errors/response-error.ts";
import { fixture } from "./fixtures.ts";

interface FailedAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Code, and whether to try again; what is not named here is `bad_request` on Copilot, `not_subscribed` at GitHub. */
const EXPECTED: Record<string, [code: ProviderErrorCode, retryable: boolean]> = {
  "capi-400-integrator": ["model_not_found", false],
  "capi-400-model-not-supported": ["model_not_found", false],
  "capi-400-pat": ["unauthenticated", false],
  "capi-400-prompt-too-long": ["context_too_long", false],
  "capi-400-prompt-too-long-old": ["context_too_long", false],
  "capi-401-authenticate": ["unauthenticated", false],
  "capi-401-authorize-url": ["unauthenticated", false],
  "capi-401-auto-mode": ["unauthenticated", false],
  "capi-401-expired": ["unauthenticated", false],
  "capi-401-ide-expired": ["unauthenticated", false],
  "capi-402-billing-not-configured": ["quota_exceeded", false],
  "capi-402-free-quota-exceeded": ["quota_exceeded", false],
  "capi-402-overage-limit-reached": ["quota_exceeded", false],
  "capi-402-quota-exceeded": ["quota_exceeded", false],
  "capi-402-session-quota-exceeded": ["quota_exceeded", false],
  "capi-403-forbidden": ["forbidden", false],
  "capi-403-policy": ["forbidden", false],
  "capi-403-proxy-intercept": ["network", false],
  "capi-422-rai": ["content_filtered", false],
  "capi-424": ["server_error", false],
  "capi-429-agent-mode-limit-exceeded": ["rate_limited", false],
  "capi-429-extension-blocked": ["rate_limited", false],
  "capi-429-integration-rate-limited": ["rate_limited", true],
  "capi-429-model-overloaded": ["rate_limited", true],
  "capi-429-rate-limited": ["rate_limited", true],
  "capi-429-user-global-rate-limited": ["rate_limited", false],
  "capi-429-user-model-rate-limited": ["rate_limited", true],
  "capi-429-user-weekly-rate-limited": ["rate_limited", false],
  "capi-499": ["server_error", true],
  "capi-500": ["server_error", true],
  "capi-502-html": ["server_error", true],
  "capi-503": ["server_error", true],
  "messages-400-too-long": ["context_too_long", false],
  "exchange-401-bad-credentials": ["unauthenticated", false],
  "exchange-403-rate-limit": ["rate_limited", true],
  "exchange-403-server-error": ["server_error", true],
  "exchange-500-html": ["server_error", true],
};

const names = readdirSync(new URL("__fixtures__/errors", import.meta.url)).map((name) => name.slice(0, -5));

test.each(names)("%s", (name) => {
  const { status, headers, body } = JSON.parse(fixture(`errors/${name}.json`)) as FailedAnswer;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const context = { host: "host.example", what: "Asking" };
  const isExchange = name.startsWith("exchange-");
  const error = isExchange
    ? exchangeError({ status, headers, text }, { ...context, tokenPrefix: "ghu_" }).error
    : errorFromResponse({ status, headers, body: text, ...context });
  const [code, retryable] = EXPECTED[name] ?? [isExchange ? "not_subscribed" : "bad_request", false];
  expect({ code: error.code, retryable: error.retryable }, error.message).toEqual({ code, retryable });
  expect(error.status).toBe(status);
  expect(error.requestId).toBe(headers["x-request-id"] ?? headers["x-github-request-id"]);
  // One sentence, without what must not be in it.
  expect(error.message).toMatch(/^[^\n]{20,600}\.$|^GitHub refused/);
  expect(error.message).not.toContain("undefined");
});

test("every expectation belongs to a fixture", () => {
  expect(Object.keys(EXPECTED).filter((name) => !names.includes(name))).toEqual([]);
});
