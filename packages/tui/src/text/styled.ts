import { cellWidth, takeWidth } from "./width.ts";
import { wrapLine, type WrapOptions } from "./wrap.ts";

/** The colours that every terminal has; which shade they are is the person's choice. */
export type Color = "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "gray";

/** How a piece of text looks. */
export interface Style {
  readonly color?: Color;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
}

/** A piece of text in one style. Holds no newline and no control character. */
export interface Span extends Style {
  readonly text: string;
}

/** One line of styled text. */
export type Line = readonly Span[];

/** A line of one style. */
export function line(text: string, style: Style = {}): Line {
  return [{ text, ...style }];
}

/** The cells that a line takes. */
export function lineWidth(spans: Line): number {
  return spans.reduce((sum, span) => sum + cellWidth(span.text), 0);
}

/** Breaks a styled line into lines of at most `width` cells, see {@link wrapLine}. */
export function wrapSpans(spans: Line, width: number, options?: WrapOptions): Line[] {
  const text = spans.map((span) => span.text).join("");
  return wrapLine(text, width, options).map(({ start, end }) => sliceSpans(spans, start, end));
}

/** The beginning of a styled line that fits into `width` cells, ending in `…` when something was cut. */
export function truncateSpans(spans: Line, width: number): Line {
  if (lineWidth(spans) <= width) return spans;
  const result: Span[] = [];
  let left = Math.max(0, width - 1);
  for (const span of spans) {
    const text = takeWidth(span.text, left);
    left -= cellWidth(text);
    if (text === span.text) result.push(span);
    else {
      result.push({ ...span, text: `${text}…` });
      break;
    }
  }
  return width <= 0 ? [] : result;
}

function sliceSpans(spans: Line, start: number, end: number): Line {
  const result: Span[] = [];
  let offset = 0;
  for (const span of spans) {
    const from = Math.max(0, start - offset);
    const to = Math.min(span.text.length, end - offset);
    if (from < to) result.push({ ...span, text: span.text.slice(from, to) });
    offset += span.text.length;
  }
  return result;
}
