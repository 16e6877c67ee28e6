import { createHash } from "node:crypto";
import type { AccessToken } from "../transport/token.ts";

/**
 * A short name for an account on a host, to recognise its reasoning state by. An exchanged token names the account
 * itself and so gives the same one after every renewal; of other tokens a digest has to do. It tells nothing about
 * the token.
 */
export function accountTag(token: AccessToken): string {
  const named = /(?:^|;)tid=([^;:]+)/.exec(token.value)?.[1];
  return createHash("sha256")
    .update(`${token.origin}\n${named ?? token.value}`)
    .digest("hex")
    .slice(0, 16);
}
