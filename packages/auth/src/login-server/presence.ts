import { monotonicNow } from "../clock.ts";
import { reloadSeconds } from "./page.ts";

/** Knows whether somebody is there, and how long the page has to stay. */
export interface Presence {
  /** The page was asked for something, by a person or by itself. */
  seen(): void;
  /** The time without a visit starts anew. */
  visited(): void;
  /** After a good end: calls `onGone` when so many tabs have shown it, or when there is nobody to show it to. */
  sayGoodbye(tabs: number): void;
  /** A tab has shown the good end. */
  shown(): void;
  stop(): void;
}

const goodbyeMs = (reloadSeconds + 2) * 1000;

export function createPresence(settings: {
  readonly idleTimeoutMs: number;
  readonly onIdle: () => void;
  readonly onGone: () => void;
}): Presence {
  let lastSeen = -Infinity;
  let remaining = Infinity;
  let timer: NodeJS.Timeout | undefined;

  function wait(milliseconds: number, then: () => void) {
    clearTimeout(timer);
    timer = setTimeout(then, milliseconds);
  }

  const presence: Presence = {
    seen() {
      lastSeen = monotonicNow();
    },
    visited() {
      if (remaining === Infinity) wait(settings.idleTimeoutMs, settings.onIdle);
    },
    sayGoodbye(tabs) {
      const isLooking = tabs > 0 || monotonicNow() - lastSeen < goodbyeMs;
      remaining = Math.max(1, tabs);
      wait(isLooking ? goodbyeMs : 0, settings.onGone);
    },
    shown() {
      remaining -= 1;
      if (remaining <= 0) wait(0, settings.onGone);
    },
    stop: () => clearTimeout(timer),
  };
  presence.visited();
  return presence;
}
