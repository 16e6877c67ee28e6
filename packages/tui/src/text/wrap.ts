import { cellWidth, graphemes } from "./width.ts";

/** A row of a wrapped line: offsets into the line, `end` exclusive. */
export interface Row {
  readonly start: number;
  readonly end: number;
}

/** How {@link wrapLine} breaks. */
export interface WrapOptions {
  /**
   * What becomes of a space that no longer fits: it begins the next row (`keep`, the default), stands in one cell more
   * than `width` (`hang`, for editing, where nothing may vanish), or is left out (`drop`, for reading).
   */
  spaceAtBreak?: "keep" | "hang" | "drop";
}

const onlyAscii = /^[\u0020-\u007e]*$/;

/**
 * Breaks one line (without newlines) into rows of at most `width` cells: after a space or a wide character where
 * there is one, else anywhere between two graphemes. Always at least one row; a grapheme wider than `width` gets a
 * row of its own.
 */
export function wrapLine(line: string, width: number, { spaceAtBreak = "keep" }: WrapOptions = {}): Row[] {
  const limit = Math.max(1, width);
  if (line.length <= limit && onlyAscii.test(line)) return [{ start: 0, end: line.length }];
  const rows: Row[] = [];
  let start = 0;
  let used = 0;
  let breakAt = 0;
  let usedAtBreak = 0;
  let offset = 0;
  const breakRow = (end: number): void => {
    rows.push({ start, end: spaceAtBreak === "drop" ? trimEnd(line, start, end) : end });
    used = end === breakAt ? used - usedAtBreak : 0;
    start = breakAt = end;
    usedAtBreak = 0;
  };
  for (const grapheme of graphemes(line)) {
    const cells = cellWidth(grapheme);
    const isSpace = grapheme === " ";
    if (isSpace && used === limit && spaceAtBreak === "drop") {
      breakRow(offset);
      start = breakAt = ++offset;
      continue;
    }
    const hangs = isSpace && used === limit && spaceAtBreak === "hang";
    const overflows = (): boolean => used + cells > limit && offset > start && !hangs;
    // The space that starts a row is no place to break: the row before would be empty.
    if (overflows()) breakRow(!isSpace && breakAt > start ? breakAt : offset);
    // What came behind the break may still leave too little room.
    if (overflows()) breakRow(offset);
    offset += grapheme.length;
    used += cells;
    if (isSpace || grapheme === "\t" || cells === 2) {
      breakAt = offset;
      usedAtBreak = used;
    }
  }
  rows.push({ start, end: line.length });
  return rows;
}

function trimEnd(line: string, start: number, end: number): number {
  let trimmed = end;
  while (trimmed > start + 1 && line[trimmed - 1] === " ") trimmed--;
  return trimmed;
}
