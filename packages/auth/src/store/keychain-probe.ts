import { randomBytes } from "node:crypto";
import { isAuthError } from "../errors.ts";
import type { KeychainBackend } from "./keychain-backend.ts";
import { keychainCall } from "./keychain-call.ts";

/**
 * Writes, reads and deletes a harmless entry; undefined when the keychain keeps what it is given, else the reason why it
 * cannot be used, in words that end a sentence. Never takes longer than the patience, all calls together.
 */
export async function probeKeychain(
  backend: KeychainBackend,
  service: string,
  patienceMs?: number,
): Promise<string | undefined> {
  const account = `probe-${randomBytes(6).toString("hex")}`;
  const probeService = `${service} (probe)`;
  const value = randomBytes(12).toString("hex");
  const trial = async (): Promise<string | undefined> => {
    await backend.set(probeService, account, value);
    const kept = await backend.get(probeService, account);
    if (kept !== value) return `${backend.name} took a test entry and forgot it at once`;
    await backend.delete(probeService, account);
    if ((await backend.get(probeService, account)) !== null)
      return `${backend.name} did not delete a test entry`;
    return undefined;
  };
  try {
    return await keychainCall(backend.name, trial, { patienceMs });
  } catch (error) {
    if (isAuthError(error)) return error.message.replace(/^The keychain \(.*?\) cannot be used: |\.$/g, "");
    throw error;
  }
}
