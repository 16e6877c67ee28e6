import { similarity } from "../shared/similarity.ts";

const MAX_CANDIDATES = 3;
const MAX_SHOWN_LINES = 12;
const MAX_SHOWN_LENGTH = 200;
const MAX_COMPARED_LENGTH = 300;
const MAX_COMPARED_LINES = 50_000;

interface Candidate {
  /** Index of the first line. */
  start: number;
  score: number;
}

/** The places in a text most like `wanted`, with line numbers, as sentences for the model; empty when none is. */
export function nearestLines(text: string, wanted: string): string {
  const lines = text.split("\n");
  const wantedLines = trimEmptyEnds(wanted.split("\n"));
  if (wantedLines.length === 0) return "";
  const candidates = byEqualLines(lines, wantedLines);
  const found = candidates.length > 0 ? candidates : byLikeness(lines, wantedLines);
  if (found.length === 0) return "Nothing like it was found; read the file again. ";
  const length = wantedLines.length;
  const spaceOnly = found.some(({ start }) =>
    wantedLines.every((line, index) => squeeze(line) === squeeze(lines[start + index] ?? "")),
  );
  const lead = spaceOnly ? "It differs in white space only. " : "";
  return `${lead}Nearest lines:\n${found.map(({ start }) => show(lines, start, length)).join("\n--\n")}\n`;
}

// Every line of the wanted text that stands in the file votes for the place where the whole would begin.
function byEqualLines(lines: readonly string[], wanted: readonly string[]): Candidate[] {
  const places = new Map<string, number[]>();
  for (const [index, line] of wanted.entries()) {
    const key = squeeze(line);
    if (key.length < 3) continue;
    const list = places.get(key);
    if (list) list.push(index);
    else places.set(key, [index]);
  }
  const votes = new Map<number, number>();
  for (const [index, line] of lines.entries()) {
    const key = squeeze(line);
    for (const place of places.get(key) ?? []) {
      const start = index - place;
      votes.set(start, (votes.get(start) ?? 0) + key.length);
    }
  }
  return best([...votes].map(([start, score]) => ({ start: Math.max(0, start), score })));
}

// When no line is the same, the longest wanted line stands for all of them.
function byLikeness(lines: readonly string[], wanted: readonly string[]): Candidate[] {
  const longest = wanted.reduce((left, right) =>
    squeeze(right).length > squeeze(left).length ? right : left,
  );
  const place = wanted.indexOf(longest);
  const target = squeeze(longest).slice(0, MAX_COMPARED_LENGTH);
  const scored = lines.slice(0, MAX_COMPARED_LINES).map((line, index) => ({
    start: Math.max(0, index - place),
    score: similarity(target, squeeze(line.slice(0, 2 * MAX_COMPARED_LENGTH)).slice(0, MAX_COMPARED_LENGTH)),
  }));
  return best(scored.filter((candidate) => candidate.score >= 0.5));
}

function best(candidates: Candidate[]): Candidate[] {
  candidates.sort((left, right) => right.score - left.score || left.start - right.start);
  const leader = candidates[0];
  if (!leader) return [];
  return candidates.slice(0, MAX_CANDIDATES).filter((candidate) => candidate.score * 2 >= leader.score);
}

function show(lines: readonly string[], start: number, length: number): string {
  const end = Math.min(lines.length, start + Math.min(length, MAX_SHOWN_LINES));
  return lines
    .slice(start, end)
    .map((line, index) => {
      const text = line.length > MAX_SHOWN_LENGTH ? `${line.slice(0, MAX_SHOWN_LENGTH)}…` : line;
      return `${String(start + index + 1).padStart(6)}| ${text}`;
    })
    .join("\n");
}

function squeeze(line: string): string {
  return line.replaceAll(/\s+/g, " ").trim();
}

function trimEmptyEnds(lines: string[]): string[] {
  let start = 0;
  let end = lines.length;
  while (start < end && lines[start]?.trim() === "") start += 1;
  while (end > start && lines[end - 1]?.trim() === "") end -= 1;
  return lines.slice(start, end);
}
