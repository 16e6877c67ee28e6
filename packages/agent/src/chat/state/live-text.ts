import { sanitizeChunk, sanitizeStart, sanitizeTerminalText, type SanitizeState } from "@zotpilot/tui";
import type { Block } from "./block.ts";

/** The part of a streaming answer that is not in the scrollback yet. */
export interface LiveText {
  readonly sanitizer: SanitizeState;
  /** Safe to show. */
  readonly tail: string;
  /** Whether the tail begins within a fenced code block. */
  readonly inFence: boolean;
  /** Whether some of this answer is in the scrollback already. */
  readonly committed: boolean;
}

/** An answer that has not begun. */
export const emptyLiveText: LiveText = {
  sanitizer: sanitizeStart,
  tail: "",
  inFence: false,
  committed: false,
};

type AssistantBlock = Extract<Block, { type: "assistant" }>;

/** Without a line break for so long, the tail is cut at a space: measuring it again each frame would take too long. */
const longestTail = 8_000;

/**
 * Adds streamed text. Whole lines leave for the scrollback, so that only the line being written is drawn again; blank
 * lines stay until it is known that something follows them.
 */
export function addText(live: LiveText, delta: string): { live: LiveText; blocks: AssistantBlock[] } {
  const { state: sanitizer, text } = sanitizeChunk(live.sanitizer, delta);
  const joined = live.tail + text;
  const tail = live.committed ? joined : joined.replace(/^\n+/, "");
  const grown = { ...live, sanitizer, tail };
  const whole = tail.slice(0, Math.max(0, tail.lastIndexOf("\n"))).replace(/\n+$/, "");
  if (whole !== "") return commit(grown, whole.length);
  if (tail.length > longestTail) return commit(grown, Math.max(tail.lastIndexOf(" "), 0) || tail.length);
  return { live: grown, blocks: [] };
}

/** The same answer where something else has come into the scrollback: its next line stands apart from that. */
export function beginAnew(live: LiveText): LiveText {
  return live === emptyLiveText ? live : { ...live, committed: false, tail: live.tail.replace(/^\n+/, "") };
}

/** Ends the answer: what is left of it leaves for the scrollback. */
export function endText(live: LiveText): AssistantBlock[] {
  const left = live.tail.trimEnd();
  return left === "" ? [] : commit(live, left.length).blocks;
}

/** An answer that is there as a whole. */
export function wholeText(text: string): AssistantBlock[] {
  const shown = sanitizeTerminalText(text).replace(/^\n+/, "").trimEnd();
  return shown === "" ? [] : [{ type: "assistant", text: shown, inFence: false, continues: false }];
}

/** The tail as lines, without the line break that parts it from what is in the scrollback. */
export function shownTail(live: LiveText): string {
  return live.committed ? live.tail.replace(/^\n/, "") : live.tail;
}

function commit(live: LiveText, length: number): { live: LiveText; blocks: AssistantBlock[] } {
  const text = shownTail({ ...live, tail: live.tail.slice(0, length) });
  const block: AssistantBlock = {
    type: "assistant",
    text,
    inFence: live.inFence,
    continues: live.committed,
  };
  const fences = text.split("\n").filter(isFence).length;
  return {
    live: {
      ...live,
      tail: live.tail.slice(length),
      committed: true,
      inFence: fences % 2 === 1 ? !live.inFence : live.inFence,
    },
    blocks: [block],
  };
}

/** Whether a line begins or ends a fenced code block. */
export function isFence(line: string): boolean {
  return /^\s*(```|~~~)/.test(line);
}
