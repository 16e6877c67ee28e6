/** The text of a tool result, taken apart. */
export interface ResultText {
  /** Its lines, without line numbers and without notes. */
  lines: readonly string[];
  /** What the tool said about the result: that it was cut, for example. */
  note: string | undefined;
}

/** What a shell tool reports. */
export interface CommandResult {
  output: string;
  /** Undefined when the tool does not tell. */
  exitCode: number | undefined;
  /** What it says behind the exit code: a signal, a time limit. */
  reason: string;
}

const NOTE = /^\.\.\. \[(.*)\]$/;
const NUMBER = /^\s*\d+(?:\t|→|\||: )/;

/** Whether a tool result says that the tool failed. The wire has no flag for it, so its beginning must tell. */
export function isFailure(result: string): boolean {
  const first = result.trimStart().split("\n", 1)[0] ?? "";
  // "Error: …" is how clients mark a failed call; "TypeError: …" and system codes are what tools throw.
  if (/^(?:[A-Z]\w*)?error\s*:/i.test(first) || /^(?:ENOENT|EACCES|EISDIR|EPERM)\b/.test(first)) return true;
  return /^(?:no such file|permission denied|file not found|aborted:|denied by|rejected by)/i.test(first);
}

/** What failed, as the tool said it: a few lines, without the mark. */
export function failureText(result: string): string {
  const lines = result
    .trim()
    .replace(/^error\s*:\s*/i, "")
    .split("\n");
  return lines.slice(0, 5).join("\n") || "(no message)";
}

/** Takes a result apart. */
export function readResult(result: string): ResultText {
  const all = result.replace(/\n$/, "").split("\n");
  const notes = all.filter((line) => NOTE.test(line)).map((line) => NOTE.exec(line)?.[1] ?? "");
  const rest = all.filter((line) => !NOTE.test(line));
  const lines = rest.length === 1 && rest[0] === "" ? [] : rest;
  const isNumbered = lines.length > 0 && lines.every((line) => NUMBER.test(line));
  return {
    lines: isNumbered ? lines.map((line) => line.replace(NUMBER, "")) : lines,
    note: notes.length === 0 ? undefined : notes.join("; "),
  };
}

/** Takes the echo of the command and the exit code from what a shell tool gave. */
export function readCommandResult(result: string, command: string): CommandResult {
  let text = result.replace(/^error\s*:\s*/i, "");
  const echo = `$ ${command}`;
  if (text.startsWith(echo)) text = text.slice(echo.length).replace(/^\n+/, "");
  const end = /(?:^|\n)\[exit (-?\d+)\]([^\n]*?)(?:\s+Took [^\n]*)?\s*$/.exec(text);
  if (end === null) return { output: text.trimEnd(), exitCode: undefined, reason: "" };
  const reason = (end[2] ?? "").trim();
  return { output: text.slice(0, end.index).trimEnd(), exitCode: Number(end[1]), reason };
}
