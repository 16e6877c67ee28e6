import { lineWidth, truncateSpans, type Line, type Span } from "@zotpilot/tui";
import type { ChatState } from "../state/chat-state.ts";

/** The line below the composer: model, context used and folder at its left, the account or a hint at its right. */
export function statusLine(state: ChatState, width: number, home: string | undefined): Line {
  const left = joined([model(state), context(state), [{ text: tilde(state.cwd, home), dim: true }]]);
  const right: Span[] = state.hint === undefined ? account(state) : [{ text: state.hint, color: "yellow" }];
  const room = width - lineWidth(right) - 3;
  // A hint is worth more than a path; in a narrow window the account goes first.
  if (room < 20 && state.hint === undefined) return [{ text: " " }, ...truncateSpans(left, width - 2)];
  const cut = truncateSpans(left, Math.max(0, room));
  const gap = Math.max(1, width - 2 - lineWidth(cut) - lineWidth(right));
  return truncateSpans([{ text: " " }, ...cut, { text: " ".repeat(gap) }, ...right], width);
}

function joined(segments: readonly (readonly Span[])[]): Line {
  return segments
    .filter((spans) => spans.length > 0)
    .flatMap((spans, index) => (index === 0 ? spans : [{ text: " · ", dim: true }, ...spans]));
}

function model({ connection, model: id }: ChatState): Span[] {
  if (connection.type === "signed_out") return [{ text: "not signed in", color: "yellow" }];
  if (id === undefined) return [{ text: "connecting…", dim: true }];
  return [{ text: connection.type === "demo" ? `${id}, simulated` : id, color: "cyan" }];
}

/** Unknown limits show no share: an invented number is worse than none. */
function context({ transcript, models, model: id }: ChatState): Span[] {
  const limit = models.find((one) => one.id === id)?.maxPromptTokens ?? 0;
  if (limit <= 0) return [];
  const share = transcript.contextTokens / limit;
  const percent = share > 0 && share < 0.01 ? "<1" : String(Math.round(share * 100));
  return [
    {
      text: `context ${percent}% of ${tokens(limit)}`,
      ...(share >= 0.8 ? { color: "yellow" } : { dim: true }),
    },
  ];
}

function tokens(count: number): string {
  return count >= 1000 ? `${Math.round(count / 1000)}k` : String(count);
}

function account({ connection }: ChatState): Span[] {
  switch (connection.type) {
    case "demo":
      return [{ text: "Demo, not an AI", color: "magenta" }];
    case "signed_out":
      return [{ text: "/login or /demo", color: "yellow" }];
    case "signed_in":
      return [
        { text: connection.login ? `${connection.login} on ${connection.host}` : connection.host, dim: true },
      ];
  }
}

/** A folder as people write it. */
function tilde(folder: string, home: string | undefined): string {
  if (!home || home === "/") return folder;
  if (folder === home) return "~";
  return folder.startsWith(`${home}/`) ? `~${folder.slice(home.length)}` : folder;
}
