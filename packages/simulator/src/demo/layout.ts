const MAX_LINES = 20;

/** A number of things: "1 line", "2 lines". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** A fenced block that the text cannot break out of, cut to a screenful. */
export function block(text: string): string {
  const lines = text.trimEnd().split("\n");
  const left = lines.length - MAX_LINES;
  const cut = left > 0 ? [...lines.slice(0, MAX_LINES), `(${count(left, "more line")})`] : lines;
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${cut.join("\n")}\n${fence}`;
}
