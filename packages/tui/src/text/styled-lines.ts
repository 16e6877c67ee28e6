import { Text } from "ink";
import { createElement, memo, type ReactNode } from "react";
import type { Line, Span } from "./styled.ts";
import { expandTabs } from "./width.ts";

/** Draws lines below each other. They must already fit: nothing is wrapped here, so that heights are known. */
export const StyledLines = memo(function StyledLines({ lines }: { lines: readonly Line[] }): ReactNode {
  if (lines.length === 0) return null;
  // One text node for all: a node a line costs several times as much to lay out.
  return createElement(Text, null, ...lines.map(drawLine));
});

function drawLine(spans: Line, row: number): ReactNode {
  const isEmpty = spans.every((span) => span.text === "");
  return createElement(
    Text,
    { key: row },
    row > 0 ? "\n" : "",
    isEmpty ? " " : spans.map((span, index) => drawSpan(span, index)),
  );
}

function drawSpan(
  { text, color, bold = false, dim = false, italic = false }: Span,
  index: number,
): ReactNode {
  const look = { bold, italic, dimColor: dim, ...(color && { color }) };
  return createElement(Text, { key: index, ...look }, expandTabs(text));
}
