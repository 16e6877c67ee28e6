import { wrapSpans, type Line, type Span } from "@zotpilot/tui";
import { isFence } from "../state/live-text.ts";

/**
 * Markdown as lines of at most `width` cells. Works line by line, so that an answer can leave for the scrollback while it
 * is still being written; what a line cannot know of its neighbours (tables, nested lists) is shown as it was written.
 */
export function markdownLines(text: string, width: number, startsInFence = false): Line[] {
  let inFence = startsInFence;
  return text.split("\n").flatMap((source): Line[] => {
    if (isFence(source)) {
      inFence = !inFence;
      return wrapSpans([{ text: source, dim: true }], width);
    }
    return inFence ? wrapSpans([{ text: source, color: "cyan" }], width) : proseLines(source, width);
  });
}

function proseLines(source: string, width: number): Line[] {
  const heading = /^#{1,6}\s+(.*)$/.exec(source);
  if (heading) return wrapProse([{ text: heading[1] ?? "", bold: true }], width);
  if (source.startsWith(">")) return wrapProse([{ text: source, dim: true }], width);
  const item = /^(\s*)([-*+]|\d+[.)])(\s+)(.*)$/.exec(source);
  if (!item) return wrapProse(inlineSpans(source), width);
  const [, indent = "", marker = "", gap = "", rest = ""] = item;
  const bullet = /\d/.test(marker) ? marker : "•";
  const prefix = `${indent}${bullet}${gap}`;
  // What is wrapped stays under the text of its item, as long as there is room for it.
  if (prefix.length > width / 2) return wrapProse(inlineSpans(source), width);
  return wrapProse(inlineSpans(rest), width - prefix.length).map((line, row) => [
    { text: row === 0 ? prefix : " ".repeat(prefix.length), color: "cyan" },
    ...line,
  ]);
}

function wrapProse(spans: Line, width: number): Line[] {
  return wrapSpans(spans, width, { spaceAtBreak: "drop" });
}

/** Code, bold, and italic; anything that is not closed on its line is text, and so are the stars of paths. */
const inline =
  /(?<fence>`+)(?<code>[^`]+?)\k<fence>(?!`)|(?<![\w/*])\*\*(?=[^\s/*])(?<bold>.+?)(?<=[^\s/])\*\*(?![\w/*])|(?<![\w*])\*(?=[^\s*])(?<italic>[^*]+?)(?<=\S)\*(?![\w*])/g;

function inlineSpans(source: string): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const match of source.matchAll(inline)) {
    if (match.index > end) spans.push({ text: source.slice(end, match.index) });
    const { code, bold, italic } = match.groups ?? {};
    if (code !== undefined) spans.push({ text: code, color: "cyan" });
    else if (bold !== undefined) spans.push({ text: bold.replaceAll("`", ""), bold: true });
    else spans.push({ text: italic ?? "", italic: true });
    end = match.index + match[0].length;
  }
  if (end < source.length || spans.length === 0) spans.push({ text: source.slice(end) });
  return spans;
}
