import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CopilotNotification } from "@zotpilot/provider";

/**
 * Remembers, over all runs of the program, which of an account's notifications a person has seen. Each is an empty file
 * that only one process can make; `account` tells accounts apart, and only a digest of it is kept. What cannot be
 * remembered is shown again.
 */
export function createToldNotifications(
  folder: string,
  account: string,
): { isNew(notification: CopilotNotification): boolean } {
  return {
    isNew({ id, message }) {
      const digest = createHash("sha256")
        .update(JSON.stringify([account, id, message]))
        .digest("hex");
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(join(folder, digest.slice(0, 24)), "", { flag: "wx", mode: 0o600 });
        return true;
      } catch (error) {
        return !(error instanceof Error && "code" in error && error.code === "EEXIST");
      }
    },
  };
}

/** A notification in one sentence for a person. */
export function notificationLine({ message, title, url }: CopilotNotification): string {
  const link = [title, url].filter((part) => part !== undefined).join(": ");
  return `GitHub says: ${message}${url === undefined ? "" : ` (${link})`}`;
}
