import { sleep } from "../clock.ts";
import type { CredentialStore } from "./credential-store.ts";

const pauseMs = 10;

/** One action at a time for an id, within this program. */
export function createTurns(): CredentialStore["exclusively"] {
  const busy = new Set<string>();
  return async (id, action, wait = {}) => {
    while (busy.has(id)) {
      await sleep(pauseMs, wait.signal);
      if (await wait.isMoot?.()) return undefined;
    }
    busy.add(id);
    try {
      return await action();
    } finally {
      busy.delete(id);
    }
  };
}
