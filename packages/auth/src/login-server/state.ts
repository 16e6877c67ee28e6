import { isAuthError } from "../errors.ts";
import type { LoginEvent } from "../login.ts";

/** What the page is about at the moment. None of it is secret, except that the code is for the person only. */
export type LoginState =
  | { readonly phase: "form" }
  | { readonly phase: "starting" }
  | {
      readonly phase: "waiting";
      readonly userCode: string;
      readonly verificationUri: string;
      readonly host: string;
      readonly scope: string;
      readonly clientId: string;
      /** When the code dies, on the clock of `monotonicNow`. */
      readonly endsAt: number;
      readonly trouble?: "slowed_down" | "poll_failed";
    }
  | { readonly phase: "denied" }
  | { readonly phase: "expired" }
  | { readonly phase: "failed"; readonly message: string }
  | { readonly phase: "signed_in"; readonly login: string; readonly host: string }
  | { readonly phase: "submitted"; readonly account?: string };

/** The state after an event of a login. */
export function afterEvent(state: LoginState, event: LoginEvent, now: number): LoginState {
  switch (event.type) {
    case "code_issued": {
      const { userCode, verificationUri, host, scope, clientId, expiresInSeconds } = event;
      const endsAt = now + expiresInSeconds * 1000;
      return { phase: "waiting", userCode, verificationUri, host, scope, clientId, endsAt };
    }
    case "slowed_down":
    case "poll_failed":
      return state.phase === "waiting" ? { ...state, trouble: event.type } : state;
    case "succeeded":
      return { phase: "signed_in", login: event.login, host: event.host };
    case "browser_opened":
    case "browser_failed":
    case "polling":
      return state;
    default:
      return event satisfies never;
  }
}

/** The state after a login threw. Only sentences of `AuthError` are shown: they are made to be read, and hold no secret. */
export function afterError(error: unknown): LoginState {
  if (!isAuthError(error))
    return {
      phase: "failed",
      message: "Something went wrong. The program that opened this page knows more.",
    };
  if (error.code === "access_denied") return { phase: "denied" };
  if (error.code === "code_expired") return { phase: "expired" };
  return { phase: "failed", message: error.message };
}

/** Whether the page is about to change by itself. */
export function isPending({ phase }: LoginState): boolean {
  return phase === "starting" || phase === "waiting";
}

/** Whether all is done. */
export function isFinal({ phase }: LoginState): boolean {
  return phase === "signed_in" || phase === "submitted";
}
