import { line, truncateSpans, type Color, type Line } from "@zotpilot/tui";
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
/** What a command said last, or what an edit changed, tells more than how a file begins. */
const excerpts: ReadonlyMap<string, Excerpt> = new Map([
  ["read", { lines: 4, from: "start" }],
  ["edit", { lines: 16, from: "start" }],
  ["bash", { lines: 8, from: "end" }],
]);

/** A finished call: its head line and an excerpt of its result. */
export function finishedToolLines(tool: ToolView, width: number): Line[] {
  const excerpt = excerpts.get(tool.name) ?? usual;
  return [toolHead(tool, width), ...outputLines(tool.output, excerpt, width)];
}

/** A call that is not finished: its head line and the last that it said. */
export function liveToolLines(tool: ToolView, width: number): Line[] {
  return [toolHead(tool, width), ...outputLines(tool.output.trimEnd(), { lines: 4, from: "end" }, width)];
}

function toolHead(tool: ToolView, width: number): Line {
  return truncateSpans(
    [
      { text: "● ", color: colors[tool.status] },
      { text: tool.name, bold: true },
      ...(tool.summary === "" ? [] : [{ text: ` ${tool.summary}` }]),
      ...(tool.status === "preparing" ? [{ text: " …", dim: true }] : []),
    ],
    width,
  );
}

function outputLines(output: string, { lines: limit, from }: Excerpt, width: number): Line[] {
  if (output === "") return [];
  const all = output.split("\n");
  // One line more than the limit takes no more room than saying that it is left out.
  const fits = all.length <= limit + 1;
  const shown = fits ? all : from === "start" ? all.slice(0, limit) : all.slice(-limit);
  const left = all.length - shown.length;
  const more = line(`  │ … ${left} more ${left === 1 ? "line" : "lines"}`, { dim: true });
  const drawn = shown.map((text) =>
    truncateSpans(
      [
        { text: "  │ ", dim: true },
        { text, dim: true, ...diffColor(text) },
      ],
      width,
    ),
  );
  if (fits) return drawn;
  return from === "start" ? [...drawn, more] : [more, ...drawn];
}

/** Lines of a diff keep the colours that everybody knows. */
function diffColor(text: string): { color?: Color; dim?: boolean } {
  if (/^\+(?!\+)/.test(text)) return { color: "green", dim: false };
  if (/^-(?!-)/.test(text)) return { color: "red", dim: false };
  return {};
}
