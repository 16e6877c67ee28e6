import { isRecord, type RecordedRequest } from "../http/call.ts";

const TOKEN = /\b(?:gh[a-z]_|github_pat_)\w+|\btid=[^\s/]+/g;

/** One line for a request that is over, without tokens, device codes or texts. */
export function requestLine(request: RecordedRequest, now: number): string {
  const { method, path, status, time } = request;
  const time24 = new Date(time).toISOString().slice(11, 19);
  // The query is left out: it may hold the code that a person types in.
  const where = printable(path).replaceAll(TOKEN, "(token)");
  const end = request.aborted ? "given up by the client" : (status?.toString() ?? "no answer");
  const details = [`${Math.round(now - time)} ms`, ...chatDetails(request)];
  return `${time24} ${method} ${where} ${end} (${details.join(", ")})`;
}

function chatDetails({ path, body, headers }: RecordedRequest): string[] {
  if (path !== "/chat/completions" || !isRecord(body)) return [];
  const count = (value: unknown): number => (Array.isArray(value) ? value.length : 0);
  return [
    typeof body["model"] === "string" ? printable(body["model"]) : "no model",
    `${count(body["messages"])} messages`,
    `${count(body["tools"])} tools`,
    `initiator ${printable(headers["x-initiator"] ?? "not told")}`,
  ];
}

/** Cut to a line's length, without control characters: what clients send must not drive the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "?").slice(0, 200);
}
