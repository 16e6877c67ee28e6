import { sleep } from "../clock.ts";
import { displayText, withoutSecret } from "../display.ts";
import { AuthError } from "../errors.ts";

/** A keychain may be locked and ask a person who is not there: everything it does is given this long. */
export const keychainPatienceMs = 3_000;

/**
 * One call of a keychain, which rejects with `AuthError` `keychain_unavailable` when it fails or takes too long. `secret`
 * is blotted out of what the keychain says.
 */
export async function keychainCall<T>(
  name: string,
  call: () => Promise<T>,
  settings: { readonly patienceMs?: number | undefined; readonly secret?: string } = {},
): Promise<T> {
  const { patienceMs = keychainPatienceMs, secret = "" } = settings;
  const over = new AbortController();
  const tooLate = sleep(patienceMs, over.signal).then(() => {
    throw new Error(`it did not answer within ${patienceMs / 1000} seconds`);
  });
  tooLate.catch(() => undefined);
  const answer = Promise.resolve().then(call);
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, tooLate]);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
    throw unavailable(name, displayText(withoutSecret(reason, secret), 300));
  } finally {
    over.abort();
  }
}

export function unavailable(name: string, reason: string): AuthError {
  return new AuthError("keychain_unavailable", `The keychain (${name}) cannot be used: ${reason}.`);
}
