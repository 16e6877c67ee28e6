import { line, wrapSpans, type Line, type Style } from "@zotpilot/tui";
import type { Block, NoticeLevel } from "../state/block.ts";
import { markdownLines } from "./markdown-lines.ts";
import { finishedToolLines } from "./tool-lines.ts";

const noticeStyles: Record<NoticeLevel, Style> = {
  info: { dim: true },
  warning: { color: "yellow" },
  error: { color: "red" },
};

/** A finished piece of the conversation as lines of at most `width` cells, with the gap above it. */
export function blockLines(block: Block, before: Block | undefined, width: number): Line[] {
  return hasGap(block, before) ? [line(""), ...ownLines(block, width)] : ownLines(block, width);
}

/** Calls stand close together, and so do the pieces of one answer. */
function hasGap(block: Block, before: Block | undefined): boolean {
  if (before === undefined) return false;
  if (block.type === "assistant") return !block.continues;
  if (block.type === "notice") return before.type !== "notice";
  return !(block.type === "tool" && before.type === "tool");
}

function ownLines(block: Block, width: number): Line[] {
  switch (block.type) {
    case "header":
      return [
        [
          { text: "zotpilot", bold: true, color: "cyan" },
          { text: ` ${block.version}`, dim: true },
        ],
      ];
    case "user":
      return hanging("› ", block.text, width, { bold: true, color: "cyan" });
    case "assistant":
      return markdownLines(block.text, width, block.inFence);
    case "tool":
      return finishedToolLines(block.tool, width);
    case "notice":
      return block.text
        .split("\n")
        .flatMap((text) => wrapSpans(line(text, noticeStyles[block.level]), width, { spaceAtBreak: "drop" }));
  }
}

/** Text behind a mark, its other lines indented below it. */
export function hanging(mark: string, text: string, width: number, style: Style): Line[] {
  const indent = " ".repeat(mark.length);
  return text
    .split("\n")
    .flatMap((source) =>
      wrapSpans(line(source, { bold: true }), width - mark.length, { spaceAtBreak: "drop" }),
    )
    .map((spans, row) => [row === 0 ? { text: mark, ...style } : { text: indent }, ...spans]);
}
