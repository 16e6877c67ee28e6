import type { z } from "zod";
import { displayText } from "../errors/redact.ts";
import { parseOrigin, type Home } from "../transport/host-rule.ts";
import type { tokenSchema } from "./schema.ts";

/** What GitHub wants the person to know about the account, such as a trial that ends; fit to be shown on one line. */
export interface CopilotNotification {
  /** What it is about, for programs: for example `subscription_trial_ending`. An open set. */
  id: string;
  message: string;
  /** What the address offers, for example "Subscribe". */
  title?: string;
  /** A page of GitHub, and never one of another host. */
  url?: string;
}

/** So many ids are remembered as told; what comes after them is not told, so that no service can flood a screen. */
const MOST_IDS = 100;
const LONGEST_URL = 500;
/** A secret is recognised by this much of its beginning. */
const TELLING = 12;

/** Reads the notification of a token answer; `undefined` when there is none, or when it quotes a secret. */
export function readNotification(
  given: z.output<typeof tokenSchema>["user_notification"],
  home: Home,
  secrets: readonly string[],
): CopilotNotification | undefined {
  const { message, notification_id: id, title, url } = given ?? {};
  const fields = [message, id, title, url].map((field) => field ?? "");
  const quotes = secrets.some((secret) => fields.some((field) => field.includes(secret.slice(0, TELLING))));
  const said = displayText(message ?? "", 500);
  if (said === "" || quotes) return undefined;
  const label = displayText(title ?? "", 80);
  return {
    id: displayText(id ?? "", 100) || said,
    message: said,
    ...(label !== "" && { title: label }),
    ...(typeof url === "string" && isPageOf(home, url) && { url }),
  };
}

/** Makes what passes each notification on once by its id. What the listener throws costs no request. */
export function tellOnce(
  listener: (notification: CopilotNotification) => void,
): (notification: CopilotNotification) => void {
  const told = new Set<string>();
  return (notification) => {
    if (told.has(notification.id) || told.size >= MOST_IDS) return;
    told.add(notification.id);
    try {
      listener(notification);
    } catch {
      // The token is good, whoever fails to show a message about it.
    }
  };
}

/** A page on https of GitHub itself, or of the tenant that the account lives at. */
function isPageOf(home: Home, url: string): boolean {
  if (url.length > LONGEST_URL || !/^https:\/\/[\u0021-\u007e]+$/.test(url) || /["'<>\\^`{|}]/.test(url))
    return false;
  const [origin = ""] = /^https:\/\/[^/?#]+/.exec(url) ?? [];
  const parsed = parseOrigin(origin);
  if (!parsed || parsed.port !== "") return false;
  const own = home.kind === "tenant" ? [home.name] : [];
  return ["github.com", ...own].some((host) => parsed.host === host || parsed.host.endsWith(`.${host}`));
}
