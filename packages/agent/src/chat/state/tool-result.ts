import type { DetailedToolMessage, ToolDetails } from "@zotpilot/core";
import { sanitizeTerminalText } from "@zotpilot/tui";
import { safeLine } from "../../errors.ts";
import type { ToolView } from "./block.ts";
import { linesOf, markedLines } from "./text-lines.ts";

type Shown = Pick<ToolView, "output" | "isDiff" | "outcome" | "note">;

/**
 * What a person sees of a result: by its details where it has some, else what the model got. `written` is what the call
 * has put into a file. Safe to show.
 */
export function shownResult(
  { content, details = {}, isError }: DetailedToolMessage,
  written: string | undefined,
): Shown {
  const text = content
    .map((part) => (part.type === "text" ? part.text : `[image, ${part.mimeType}]`))
    .join("\n");
  if (typeof details["diff"] === "string") return shownDiff(details["diff"]);
  if (typeof details["exit_code"] === "number") return shownCommand(text, details["exit_code"], details);
  // All of a new file is new; what an overwritten one held before, nobody knows here.
  if (written !== undefined && !isError && text.startsWith("created ")) {
    return shownDiff(markedLines("+", linesOf(written)).join("\n"));
  }
  return { output: safe(text) };
}

function shownDiff(diff: string): Shown {
  const lines = diff.split("\n");
  const added = lines.filter((line) => line.startsWith("+")).length;
  const removed = lines.filter((line) => line.startsWith("-")).length;
  const outcome = [...(added > 0 ? [`+${added}`] : []), ...(removed > 0 ? [`−${removed}`] : [])].join(" ");
  return { output: safe(diff), isDiff: true, ...(outcome !== "" && { outcome }) };
}

/** The command and how it ended stand in the head line, and need not be repeated. */
function shownCommand(text: string, exitCode: number, details: ToolDetails): Shown {
  const { duration_ms: took, full_output_path: path } = details;
  const lines = text.split("\n");
  const from = text.startsWith("$ ") ? lines.indexOf("") + 1 : 0;
  const end = lines.findLastIndex((line) => line.startsWith("[exit "));
  const isCut = lines[end]?.includes("(first part of the output: ") === true;
  const words = [
    // It is -1 for a command that was stopped, and the line that is left out says why.
    exitCode === -1 ? (/\] \(([^();]*)/.exec(lines[end] ?? "")?.[1] ?? "stopped") : `exit ${exitCode}`,
    ...(typeof took === "number" ? [duration(took)] : []),
  ];
  return {
    output: safe(lines.slice(from, end === -1 ? undefined : end).join("\n")),
    outcome: safeLine(words.join(" · ")),
    ...(typeof path === "string" && {
      note: `${isCut ? "the first part" : "all"} of the output: ${safeLine(path)}`,
    }),
  };
}

function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.floor(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function safe(text: string): string {
  return sanitizeTerminalText(text).trimEnd();
}
