import { describe, expect, test } from "vitest";
import type { ProviderErrorCode } from "../src/errors.ts";
import { collectMessage, createCopilot, isProviderError, type ProviderError } from "../src/index.ts";
import { errorFromResponse } from "../src/errors/response-error.ts";
import { CHAT_PATH, mint, startService, TOKEN_PATH } from "./fake-service.ts";
import { hello } from "./simulated.ts";

const GITHUB = { "x-github-request-id": "0:0", "x-request-id": "req-1" };

function read(status: number, body: string, headers: Record<string, string> = {}): ProviderError {
  return errorFromResponse({
    status,
    headers: { ...GITHUB, ...headers },
    body,
    host: "api.example",
    what: "Asking",
  });
}

/** The same words in every form that the service has been seen to use. */
const FORMS: Readonly<Record<string, (code: string, message: string) => string>> = {
  "OpenAI's": (code, message) => JSON.stringify({ error: { message, code, type: "x", param: null } }),
  flat: (code, message) => JSON.stringify({ message, code }),
  "with a trailing line end": (code, message) => `${JSON.stringify({ error: { message, code } })}\n`,
};

/** The table of the protocol reference, §9.3: status, code, words, and what we make of it. */
const TABLE: readonly [number, string, string, ProviderErrorCode, boolean][] = [
  [400, "model_not_supported", "The requested model is not supported.", "model_not_found", false],
  [
    400,
    "unsupported_api_for_model",
    "not accessible via the /chat/completions endpoint",
    "bad_request",
    false,
  ],
  [
    400,
    "model_max_prompt_tokens_exceeded",
    "prompt token count of 138898 exceeds the limit of 64000",
    "context_too_long",
    false,
  ],
  [400, "", "prompt token count of 138898 exceeds the limit of 64000", "context_too_long", false],
  [
    400,
    "invalid_request_body",
    "messages.15.content.0: Invalid signature in thinking block",
    "bad_request",
    false,
  ],
  [400, "invalid_encrypted_content", "The encrypted content could not be verified.", "bad_request", false],
  [400, "previous_response_not_found", "Previous response not found.", "bad_request", false],
  [400, "", "missing required Copilot-Vision-Request header for vision requests", "bad_request", false],
  [400, "", "off_topic", "content_filtered", false],
  [400, "", "Personal Access Tokens are not supported for this endpoint", "unauthenticated", false],
  [400, "", "checking third-party user token: bad request", "unauthenticated", false],
  [401, "", "unauthorized: token expired", "unauthenticated", false],
  [401, "", "unauthorized: AuthenticateToken authentication failed", "unauthenticated", false],
  [401, "", "Invalid auto-mode selector", "unauthenticated", false],
  [401, "", "Personal Access Token does not have Copilot Requests permission", "unauthenticated", false],
  ...[
    "quota_exceeded",
    "free_quota_exceeded",
    "overage_limit_reached",
    "billing_not_configured",
    "session_quota_exceeded",
    "a_new_code",
  ].map((code): [number, string, string, ProviderErrorCode, boolean] => [
    402,
    code,
    "spent",
    "quota_exceeded",
    false,
  ]),
  [403, "", "access to this endpoint is forbidden", "forbidden", false],
  [403, "", "review our Terms of Service", "forbidden", false],
  [403, "", "it requires an enterprise or organization policy to be enabled", "forbidden", false],
  [404, "", "not found", "bad_request", false],
  [408, "", "timeout", "timeout", true],
  [413, "", "failed to parse request", "bad_request", false],
  [421, "", "misdirected", "bad_request", false],
  [422, "", "refused by the filter", "content_filtered", false],
  [424, "", "failed dependency", "server_error", false],
  ...[
    "rate_limited",
    "user_model_rate_limited",
    "user_global_rate_limited",
    "integration_rate_limited",
    "agent_mode_limit_exceeded",
    "model_overloaded",
    "extension_blocked",
    "a_new_code",
    "",
  ].map((code): [number, string, string, ProviderErrorCode, boolean] => [
    429,
    code,
    "slow down",
    "rate_limited",
    true,
  ]),
  [429, "user_weekly_rate_limited", "slow down", "rate_limited", false],
  [451, "", "not here", "forbidden", false],
  [466, "", "update your editor", "bad_request", false],
  [499, "", "cancelled", "server_error", true],
  [500, "", "broken", "server_error", true],
  [502, "", "broken", "server_error", true],
  [503, "", "busy", "server_error", true],
  [504, "", "late", "server_error", true],
];

describe("every status and code, in every form of body", () => {
  describe.each(Object.entries(FORMS))("%s", (_form, write) => {
    test.each(TABLE)("%i %s: %s", (status, code, message, wanted, retryable) => {
      const error = read(status, write(code, message));
      expect({ code: error.code, retryable: error.retryable }).toEqual({ code: wanted, retryable });
      expect(error).toMatchObject({ status, requestId: "req-1" });
      expect(error.serviceCode).toBe(code === "" ? undefined : code);
      expect(error.message).toContain(message);
    });
  });

  // Without a code, text and the third form of the gateway say the same.
  test.each(TABLE.filter(([, code]) => code === ""))("as text: %i %s%s", (status, _code, message, wanted) => {
    expect(read(status, `${message}\n`).code).toBe(wanted);
    expect(read(status, JSON.stringify({ statusCode: status, message })).code).toBe(wanted);
    expect(read(status, JSON.stringify({ error: message })).code).toBe(wanted);
  });

  test.each<[number, string, string, ProviderErrorCode]>([
    [400, "invalid_request_error", "prompt is too long: 210194 tokens > 200000 maximum", "context_too_long"],
    [400, "invalid_request_error", "messages: roles must alternate", "bad_request"],
    [429, "rate_limit_error", "slow down", "rate_limited"],
    [529, "overloaded_error", "Overloaded", "rate_limited"],
    [500, "api_error", "Internal server error", "server_error"],
  ])("in Anthropic's form: %i %s", (status, type, message, wanted) => {
    const error = read(
      status,
      JSON.stringify({ type: "error", error: { type, message }, request_id: "req_x" }),
    );
    expect(error.code).toBe(wanted);
    expect(error.message).toContain(message);
  });

  test.each([400, 401, 402, 403, 404, 413, 418, 422, 429, 466, 499, 500, 502, 503, 599])(
    "%i with nothing, a page, junk and half a JSON",
    (status) => {
      for (const body of [
        "",
        " \n",
        "<!DOCTYPE html><title>Blocked</title>",
        '{"error":{"mess',
        "null",
        "[]",
        "\u0000\u0007",
      ]) {
        const error = read(status, body);
        expect(error.message).toMatch(/^Asking failed: [^\n]+\.$/);
        expect(error.message).not.toContain("undefined");
      }
    },
  );

  test("a page without GitHub's ids comes from somebody in between", () => {
    const page = "<html><head><title>Blocked by policy</title></head></html>";
    const answered = { status: 403, headers: {}, body: page, host: "api.example", what: "Asking" };
    expect(errorFromResponse(answered)).toMatchObject({
      code: "network",
      message: expect.stringContaining("a proxy or firewall between us and api.example") as string,
    });
    expect(errorFromResponse({ ...answered, headers: GITHUB }).code).toBe("forbidden");
  });
});

describe("402 and 429 say until when", () => {
  const now = "Mon, 21 Sep 2026 12:00:00 GMT";
  test.each([
    ["1", 1000, true],
    ["60", 60_000, true],
    ["61", 61_000, false],
    ["208800", 208_800_000, false],
    ["1947600", 1_947_600_000, false],
    ["Mon, 21 Sep 2026 12:00:30 GMT", 30_000, true],
    ["Mon, 21 Sep 2026 14:00:00 GMT", 7_200_000, false],
    ["Mon, 21 Sep 2026 11:00:00 GMT", 0, true],
    ["2026-09-21T12:00:30Z", 30_000, true],
    ["2026-09-21T14:30:00.000+02:00", 1_800_000, false],
    ["9".repeat(400), 3_155_760_000_000, false],
    ["9999-12-31T23:59:59Z", 3_155_760_000_000, false],
    ["Fri, 31 Dec 9999 23:59:59 GMT", 3_155_760_000_000, false],
  ])("retry-after: %s", (value, wait, retryable) => {
    const error = read(429, "", { date: now, "retry-after": value });
    expect(error).toMatchObject({ retryAfterMs: wait, retryable });
    expect(error.resetsAt).toBe(new Date(Date.parse(now) + wait).toISOString());
    expect(read(402, "", { date: now, "retry-after": value })).toMatchObject({
      retryAfterMs: wait,
      retryable: false,
    });
  });

  test.each(["", "soon", "-5", "NaN", "0x10", "1e9", "2026-09", "12-13-14"])(
    "retry-after: %j is none",
    (value) => {
      expect(read(429, "", { date: now, "retry-after": value })).not.toHaveProperty("retryAfterMs");
    },
  );
});

describe("bodies of failed answers", () => {
  async function failure(
    write: (send: (chunk: string) => void, end: () => void) => void,
  ): Promise<ProviderError> {
    const service = await startService({
      [TOKEN_PATH]: mint(),
      [CHAT_PATH]: (_request, response) => {
        response.writeHead(400, GITHUB);
        write(
          (chunk) => response.write(chunk),
          () => response.end(),
        );
      },
    });
    const copilot = createCopilot({
      githubToken: () => "ghu_fixture",
      host: service.origin,
      timeouts: { idleMs: 300, firstByteMs: 300 },
    });
    const error: unknown = await collectMessage(copilot.stream(hello)).catch((thrown: unknown) => thrown);
    await copilot.close();
    if (!isProviderError(error)) throw error;
    return error;
  }

  test("are read to 64 KB and no further", async () => {
    let sent = 0;
    const error = await failure((send) => {
      // Without an end: whoever reads on waits for ever.
      for (let chunk = 0; chunk < 80; chunk += 1) send("x".repeat(1024));
      sent += 80;
    });
    expect(sent).toBe(80);
    expect(error).toMatchObject({ code: "bad_request", status: 400 });
    expect(error.message.length).toBeLessThan(600);
  });

  test("that go silent count as far as they came", async () => {
    const error = await failure((send) => send('{"error":{"message":"half a'));
    expect(error).toMatchObject({ code: "bad_request", status: 400 });
  });
});
