import { MAX_BYTES, MAX_LINES } from "../shared/limits.ts";
import { createTextCleaner } from "./clean-text.ts";
import type { OutputSummary } from "./output.ts";
import type { CommandEnd } from "./run-command.ts";

const MAX_ECHO = 1_000;

/** The result of a command as the model reads it. */
export function renderCommand(
  command: string,
  end: CommandEnd,
  output: OutputSummary,
  timeoutSeconds: number,
): string {
  const parts = [`$ ${echo(command)}\n`];
  const body = renderOutput(output) + notes(end);
  if (body !== "") parts.push(body);
  parts.push(`[exit ${end.stoppedBy ? -1 : (end.code ?? -1)}]${reason(end, timeoutSeconds)}${file(output)}`);
  return `${parts.join("\n")}  Took ${duration(end.durationMs)}`;
}

function echo(command: string): string {
  const cleaned = createTextCleaner()(command).trimEnd();
  if (cleaned.length <= MAX_ECHO) return cleaned;
  return `${cleaned.slice(0, MAX_ECHO).toWellFormed()} ... [${cleaned.length - MAX_ECHO} more characters]`;
}

function renderOutput(output: OutputSummary): string {
  if (output.isBinary) {
    return `... [${output.printedBytes} bytes of binary output, not shown; save it to a file and look at that]\n`;
  }
  if (output.tail === undefined) return output.head === "" ? "" : withLineFeed(output.head);
  const { lines, bytes } = output.left;
  const limit = `a result shows ${MAX_LINES} lines and ${MAX_BYTES} bytes`;
  const size = lines > 0 ? `${lines} lines, ${bytes} bytes` : `${bytes} bytes`;
  const note = `... [truncated: ${size} left out here; ${limit}]\n`;
  return withLineFeed(output.head) + note + withLineFeed(output.tail);
}

function notes({ leftRunning, stoppedBy, putRight }: CommandEnd): string {
  const told = putRight === undefined ? "" : `... [${putRight}]\n`;
  if (!leftRunning) return told;
  return stoppedBy
    ? `${told}... [a process that left the command's process group could not be stopped]\n`
    : `${told}... [a background process of this command is still running; its further output is not kept]\n`;
}

function reason(end: CommandEnd, timeoutSeconds: number): string {
  if (end.stoppedBy === "abort") return " (aborted)";
  if (end.stoppedBy === "timeout") return ` (stopped after ${timeoutSeconds} s; timeout sets another limit)`;
  return end.signal ? ` (${end.signal})` : "";
}

function file({ file }: OutputSummary): string {
  if (!file) return "";
  return file.complete ? ` (full output: ${file.path})` : ` (first part of the output: ${file.path})`;
}

function withLineFeed(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

function duration(ms: number): string {
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)}s`;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${seconds % 60}s`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}
