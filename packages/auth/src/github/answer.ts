import { displayText } from "../display.ts";
import { AuthError } from "../errors.ts";
import type { GitHubHost } from "./host.ts";
import type { HttpAnswer } from "./http.ts";
import { errorSchema, messageSchema } from "./schema.ts";

/** For an answer that GitHub would not have given: a proxy's block page, a captive portal, another service. */
export function notGitHub(host: GitHubHost, answer: HttpAnswer, detail?: string): AuthError {
  return new AuthError(
    "invalid_response",
    `Something between this machine and ${host.name} answered: HTTP ${answer.status} with ${detail ?? answer.kind}. Check the proxy and network settings.`,
  );
}

/** For a server that says that it cannot answer now. */
export function unwell(host: GitHubHost, answer: HttpAnswer): AuthError {
  const words = answer.status === 429 ? "is asked too often" : "cannot answer at the moment";
  return new AuthError("network", `${host.name} ${words} (HTTP ${answer.status}). Try again later.`);
}

export function isTransient(answer: HttpAnswer): boolean {
  return answer.status >= 500 || answer.status === 429;
}

/** The sentence with which each refusal of the device flow ends a login; codes as in RFC 8628 and GitHub's own. */
export function refusal(host: GitHubHost, answer: HttpAnswer): AuthError | undefined {
  const parsed = errorSchema.safeParse(answer.json);
  if (!parsed.success) return undefined;
  const { error, error_description: description } = parsed.data;
  switch (error) {
    case "expired_token":
    case "token_expired":
      return new AuthError(
        "code_expired",
        "The code expired before it was approved. Sign in again for a new one.",
      );
    case "access_denied":
      return new AuthError("access_denied", `The request was denied on ${host.name}; nobody was signed in.`);
    case "incorrect_device_code":
      return new AuthError(
        "login_failed",
        `${host.name} does not know this login any more (incorrect_device_code). Sign in again.`,
      );
    case "incorrect_client_credentials":
    case "invalid_client":
      return new AuthError(
        "login_failed",
        `${host.name} does not accept the client id (${displayText(error, 60)}). Check the clientId setting.`,
      );
    case "unauthorized_client":
    case "device_flow_disabled":
      return new AuthError(
        "login_failed",
        `The application of this client id may not sign people in with a code (${displayText(error, 60)}). Check the clientId setting.`,
      );
    case "unsupported_grant_type":
      return new AuthError(
        "login_failed",
        `${host.name} does not offer signing in with a code (unsupported_grant_type).`,
      );
    default: {
      const words = displayText(description ?? "no reason given", 300);
      return new AuthError(
        "login_failed",
        `${host.name} refused the login: ${words} (${displayText(error, 60)}).`,
      );
    }
  }
}

/** The `message` of GitHub's REST errors. */
export function messageOf(answer: HttpAnswer): string | undefined {
  const parsed = messageSchema.safeParse(answer.json);
  return parsed.success ? displayText(parsed.data.message, 300) : undefined;
}
