import { totalCost } from "@zotpilot/core";
import { cellWidth, graphemes, lineWidth, truncateSpans, type Line, type Span } from "@zotpilot/tui";
import { creditsText } from "../../costs.ts";
import type { ChatState } from "../state/chat-state.ts";

/**
 * The line below the composer: model, context used, account and folder. It is no wider than what it says: a terminal that
 * gets narrower would break a wide line in two.
 */
export function statusLine(state: ChatState, width: number, home: string | undefined): Line {
  const { hint } = state;
  const says =
    hint === undefined
      ? [model(state), context(state), spent(state), left(state), account(state)]
      : [[{ text: hint, color: "yellow" as const }], model(state)];
  const line = joined(says);
  const room = width - lineWidth(line) - separator.text.length;
  const folder = tailToWidth(tilde(state.cwd, home), room);
  return truncateSpans(folder === "" ? line : [...line, separator, { text: folder, dim: true }], width);
}

const separator = { text: " · ", dim: true };

function joined(segments: readonly (readonly Span[])[]): Line {
  return segments
    .filter((spans) => spans.length > 0)
    .flatMap((spans, index) => (index === 0 ? spans : [separator, ...spans]));
}

/** The end of a path says more than its beginning. Nothing when there is no room to say anything. */
function tailToWidth(path: string, width: number): string {
  if (cellWidth(path) <= width) return path;
  if (width < 8) return "";
  const characters = graphemes(path);
  while (characters.length > 0 && cellWidth(characters.join("")) > width - 1) characters.shift();
  return `…${characters.join("")}`;
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

/** What the conversation has cost; nothing while nobody knows: `/cost` says why. */
function spent({ transcript: { usage, unmeasured } }: ChatState): Span[] {
  const { credits } = totalCost(usage, unmeasured);
  if (credits === null) return [];
  return [{ text: `${unmeasured > 0 ? "over " : ""}${creditsText(credits)}`, dim: true }];
}

/** The allowance or the window of use of which least is left; nothing while nobody knows. */
function left({ quota }: ChatState): Span[] {
  const shares = [...(quota?.quotas ?? []).filter(({ unlimited }) => !unlimited), ...(quota?.windows ?? [])]
    .map(({ name, percentRemaining }) => ({
      name: name.replace(/_.*/, ""),
      percent: percentRemaining ?? 100,
    }))
    .toSorted((one, other) => one.percent - other.percent);
  const [least] = shares;
  if (!least || least.percent >= 100) return [];
  const isLow = least.percent < 10;
  const text = `${least.name} ${Math.round(least.percent)}% left`;
  return [{ text, ...(isLow ? { color: "yellow" } : { dim: true }) }];
}

function tokens(count: number): string {
  return count >= 1000 ? `${Math.round(count / 1000)}k` : String(count);
}

function account({ connection }: ChatState): Span[] {
  switch (connection.type) {
    case "demo":
      return [{ text: "Demo, not an AI", color: "magenta" }];
    case "connecting":
    case "signed_out":
      return [];
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
