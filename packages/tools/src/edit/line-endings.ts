const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** A text with every CRLF read as LF, and the way back to the bytes that it came from. */
export interface LineFeedView {
  bytes: Buffer;
  /** Whether the original has any CRLF. */
  hasCarriageReturns: boolean;
  /** The position in the original of a position in `bytes`; a CRLF counts as one, and positions stand before it. */
  toOriginal(position: number): number;
}

/** Reads CRLF as LF. Lone carriage returns stay what they are. */
export function viewLineFeeds(original: Buffer): LineFeedView {
  // Where in the view the line feeds stand that were a CRLF, ascending.
  const pairs: number[] = [];
  const pieces: Buffer[] = [];
  let start = 0;
  for (let at = original.indexOf("\r\n"); at !== -1; at = original.indexOf("\r\n", at + 2)) {
    pieces.push(original.subarray(start, at));
    pairs.push(at - pairs.length);
    start = at + 1;
  }
  if (pairs.length === 0) {
    return { bytes: original, hasCarriageReturns: false, toOriginal: (position) => position };
  }
  pieces.push(original.subarray(start));
  return {
    bytes: Buffer.concat(pieces),
    hasCarriageReturns: true,
    toOriginal: (position) => position + countBelow(pairs, position),
  };
}

/** Whether lines around `position` end with CRLF: this one, or the one before it when this is the last. */
export function endsWithCarriageReturn(original: Buffer, position: number): boolean {
  let feed = original.indexOf(LINE_FEED, position);
  if (feed === -1 && position > 0) feed = original.lastIndexOf(LINE_FEED, position - 1);
  return feed > 0 && original[feed - 1] === CARRIAGE_RETURN;
}

function countBelow(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
