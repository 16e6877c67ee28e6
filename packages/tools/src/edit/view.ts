/** A text in which something is written in another way, and the way back to where it came from. */
export interface TextView {
  units: string;
  /** The position in the original of a position in `units`; positions stand before what was replaced. */
  toOriginal(position: number): number;
}

/** The text with every match of a global expression replaced by one unit. */
export function viewOf(original: string, pattern: RegExp, unitFor: (match: string) => string): TextView {
  // Where in the view what was replaced stands, and by how much the original is longer up to its end; ascending.
  const places: number[] = [];
  const longer: number[] = [];
  let total = 0;
  const units = original.replaceAll(pattern, (match: string, at: number) => {
    if (match.length > 1) {
      places.push(at - total);
      total += match.length - 1;
      longer.push(total);
    }
    return unitFor(match);
  });
  return {
    units,
    toOriginal: (position) => position + (longer[countBelow(places, position) - 1] ?? 0),
  };
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
