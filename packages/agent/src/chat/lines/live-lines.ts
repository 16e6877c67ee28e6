import { line, truncateSpans, type Line } from "@zotpilot/tui";
import type { ChatState } from "../state/chat-state.ts";
import { shownTail } from "../state/live-text.ts";
import { markdownLines } from "./markdown-lines.ts";
import { liveToolLines } from "./tool-lines.ts";

/** What is drawn again and again below the scrollback: at most `height` lines, the last ones when there are more. */
export function liveLines(
  state: Pick<ChatState, "text" | "tools" | "blocks">,
  width: number,
  height: number,
): Line[] {
  const tail = shownTail(state.text);
  const text = tail === "" ? [] : markdownLines(tail, width, state.text.inFence);
  const tools = state.tools.flatMap((tool) => liveToolLines(tool, width));
  const textGap = text.length > 0 && !state.text.committed ? [line("")] : [];
  const follows = text.length > 0 || state.blocks.at(-1)?.type !== "tool";
  const toolGap = tools.length > 0 && follows ? [line("")] : [];
  const all = [...textGap, ...text, ...toolGap, ...tools];
  return height <= 0 ? [] : all.slice(-height);
}

/** Prompts that wait for their turn, a line each, in at most `height` lines. */
export function queueLines(queue: readonly string[], width: number, height: number): Line[] {
  if (height <= 0) return [];
  if (height === 1 && queue.length > 1) return [line(`  ${queue.length} prompts wait`, { dim: true })];
  const shown = queue.slice(0, queue.length <= height ? height : height - 1).map((text) =>
    truncateSpans(
      [
        { text: "  next: ", dim: true },
        { text: text.replaceAll(/\s*\n\s*/g, " ⏎ "), dim: true },
      ],
      width,
    ),
  );
  const left = queue.length - shown.length;
  return left > 0 ? [...shown, line(`  and ${left} more`, { dim: true })] : shown;
}
