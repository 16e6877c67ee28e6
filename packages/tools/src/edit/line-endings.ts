import { viewOf, type TextView } from "./view.ts";

/** Whether lines end with a carriage return alone, as on old Macintoshes. */
export function endsLinesWithReturns(units: string): boolean {
  return units.includes("\r") && !units.includes("\n");
}

/** The text with LF at the end of every line. Lone carriage returns among other line endings stay what they are. */
export function viewLineFeeds(original: string): TextView {
  return viewOf(original, endsLinesWithReturns(original) ? /\r/g : /\r\n/g, () => "\n");
}

/** How a line that is new at `position` is to end: as this line, or as the one before it when this is the last. */
export function endingAt(original: string, position: number): "\n" | "\r\n" | "\r" {
  let feed = original.indexOf("\n", position);
  if (feed === -1 && position > 0) feed = original.lastIndexOf("\n", position - 1);
  if (feed > 0 && original[feed - 1] === "\r") return "\r\n";
  return feed === -1 && original.includes("\r") ? "\r" : "\n";
}
