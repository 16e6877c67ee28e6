import { endOf, isAlive } from "../refresh/life.ts";
import type { Credential } from "../store/credential-store.ts";
import { describeToken } from "./kind.ts";
import type { TokenKind } from "./kind.ts";

/** What `status` can show of a stored credential. Nothing in it is secret. */
export interface CredentialState {
  readonly login: string;
  readonly host: string;
  readonly kind: TokenKind;
  readonly title: string;
  /** By this machine's clock; `endless` when the token does not say that it expires. */
  readonly life: "endless" | "alive" | "over";
  readonly expiresAt?: string;
  /** True when a new token can be had without signing in again. */
  readonly renewable: boolean;
  readonly signedInAt: string;
  readonly scope?: string;
}

/** Describes a stored credential without showing its token. */
export function describeCredential(credential: Credential, date: number = Date.now()): CredentialState {
  const { login, host, token, refreshToken, expiresAt, createdAt, scope } = credential;
  const { kind, title } = describeToken(token);
  const alive = isAlive(credential, date) ? "alive" : "over";
  return {
    login,
    host,
    kind,
    title: credential.type === "api_key" ? "API key" : title,
    life: endOf(credential) === undefined ? "endless" : alive,
    ...(expiresAt !== undefined && { expiresAt }),
    renewable: refreshToken !== undefined,
    signedInAt: createdAt,
    ...(scope !== undefined && { scope }),
  };
}
