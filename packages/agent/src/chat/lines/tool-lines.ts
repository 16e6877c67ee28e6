import { cellWidth, line, truncateSpans, wrapSpans, type Color, type Line } from "@zotpilot/tui";
import { diffSpan } from "./diff-span.ts";
import type { ToolStatus, ToolView } from "../state/block.ts";

const colors: Record<ToolStatus, Color> = {
  preparing: "gray",
  running: "yellow",
  done: "green",
  failed: "red",
};

/** How much of a finished call's result is shown, and from which end. */
interface Excerpt {
  readonly lines: number;
  readonly from: "start" | "end";
}

const usual: Excerpt = { lines: 6, from: "start" };
/** What a command said last tells more than how it began. */
const command: Excerpt = { lines: 8, from: "end" };
const excerpts: ReadonlyMap<string, Excerpt> = new Map([
  ["read", { lines: 4, from: "start" }],
  ["bash", command],
  ["powershell", command],
]);

/** A diff tells more than how a file begins, and is cut at its end. */
const diff: Excerpt = { lines: 20, from: "start" };

/** A finished call: its head line and an excerpt of its result. */
export function finishedToolLines(tool: ToolView, width: number): Line[] {
  const excerpt = tool.isDiff ? diff : (excerpts.get(tool.name) ?? usual);
  const note = tool.note === undefined ? [] : wrapNote(tool.note, width);
  return [toolHead(tool, width), ...outputLines(tool, excerpt, width), ...note];
}

/** A call that is not finished: its head line and the last that it said. */
export function liveToolLines(tool: ToolView, width: number): Line[] {
  const said = { ...tool, output: tool.output.trimEnd() };
  return [toolHead(tool, width), ...outputLines(said, { lines: 4, from: "end" }, width)];
}

/** The name, what it was called with, and what came of it. In a narrow window the middle of these gives way. */
function toolHead(tool: ToolView, width: number): Line {
  const outcome = tool.outcome === undefined ? "" : ` · ${tool.outcome}`;
  const room = width - cellWidth(outcome);
  const called = truncateSpans(
    [
      { text: "● ", color: colors[tool.status] },
      { text: tool.name, bold: true },
      ...(tool.summary === "" ? [] : [{ text: ` ${tool.summary}` }]),
      ...(tool.status === "preparing" ? [{ text: " …", dim: true }] : []),
    ],
    room < 9 ? width : room,
  );
  return truncateSpans(outcome === "" ? called : [...called, { text: outcome, dim: true }], width);
}

function outputLines(
  { output, isDiff = false }: ToolView,
  { lines: limit, from }: Excerpt,
  width: number,
): Line[] {
  if (output === "") return [];
  const all = output.split("\n");
  // One line more than the limit takes no more room than saying that it is left out.
  const fits = all.length <= limit + 1;
  const shown = fits ? all : from === "start" ? all.slice(0, limit) : all.slice(-limit);
  const left = all.length - shown.length;
  const more = line(`  │ … ${left} more ${left === 1 ? "line" : "lines"}`, { dim: true });
  const drawn = shown.map((text) =>
    truncateSpans([{ text: "  │ ", dim: true }, isDiff ? diffSpan(text) : { text, dim: true }], width),
  );
  if (fits) return drawn;
  return from === "start" ? [...drawn, more] : [more, ...drawn];
}

/** Where the rest is has to be readable as a whole, in a narrow window, too. */
function wrapNote(note: string, width: number): Line[] {
  return wrapSpans(line(note, { dim: true }), Math.max(1, width - 4)).map((spans, row) => [
    { text: row === 0 ? "  └ " : "    ", dim: true },
    ...spans,
  ]);
}
