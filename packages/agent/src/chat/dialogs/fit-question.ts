import type { ApprovalRequest } from "@zotpilot/core";
import { line, truncateSpans, wrapSpans, type Line } from "@zotpilot/tui";
import { safeLine } from "../../errors.ts";
import type { ApprovalChoice } from "../approval.ts";
import { diffSpan } from "../lines/diff-span.ts";
import { askedCall, groundsOf } from "../state/asked-call.ts";

/** An answer that a person can give, and the key for it. */
export interface Choice {
  readonly key: string;
  readonly choice: ApprovalChoice;
  readonly text: string;
}

/** A question as it fits into its place. */
export interface FittedQuestion {
  readonly choices: readonly Choice[];
  /** Whether there is no room for all of what is asked. */
  readonly isCut: boolean;
  /** At most as many lines as there are rows, with one choice marked. */
  draw(selected: ApprovalChoice): Line[];
}

const once: Choice = { key: "y", choice: "once", text: "yes, this once" };
const no: Choice = { key: "n", choice: "no", text: "no" };
const withLasting: readonly Choice[] = [
  once,
  { key: "s", choice: "session", text: "yes, and in this session from now on" },
  { key: "a", choice: "project", text: "yes, and always in this folder" },
  no,
];

/** So many rows are left for what is asked, at least, before something lasting is offered. */
const leastAsked = 2;

/**
 * Fits a question into so many rows of so many cells. What would be permitted for good is never cut: where it has no
 * room, it cannot be permitted. What is asked gives way; then some of it is left out, and that is said.
 */
export function fitQuestion(request: ApprovalRequest, width: number, height: number): FittedQuestion {
  const permits =
    request.remember.length === 0 ? [] : dimmed(`s and a permit: ${request.remember.join(", ")}`, width);
  const isLasting = permits.length > 0 && leastAsked + permits.length + withLasting.length <= height;
  const lasting = isLasting ? permits : [];
  const choices = isLasting ? withLasting : [once, no];
  const asked = questionLines(request, width);
  const room = Math.max(1, height - lasting.length - choices.length);
  const isCut = asked.length > room;
  const more = line(`  … ${asked.length - room + 1} more lines, shown above`, { color: "yellow" });
  const shown = isCut ? [...asked.slice(0, room - 1), more] : asked;
  return {
    choices,
    isCut,
    draw(selected) {
      const list = choices.map(({ key, choice, text }): Line => [
        { text: choice === selected ? "❯ " : "  ", color: "cyan" },
        { text: `${key}  ${text}`, bold: choice === selected },
      ]);
      const all = [...shown, ...lasting, ...list];
      const spaced = all.length < height ? [...all, line("")] : all;
      // In the lowest windows the answers matter more: the question is in the scrollback.
      return spaced.slice(Math.max(0, spaced.length - height)).map((spans) => truncateSpans(spans, width));
    },
  };
}

/** What is asked, in lines of at most `width` cells. */
function questionLines(request: ApprovalRequest, width: number): Line[] {
  const { call, command } = request;
  const { text, isDiff } = askedCall(call, command);
  const said = text
    .split("\n")
    .flatMap((part) => wrapSpans([isDiff ? diffSpan(part) : { text: part }], width - 2))
    .map((spans) => [{ text: "  " }, ...spans]);
  return [
    [
      { text: safeLine(call.name), bold: true, color: "yellow" },
      { text: isDiff ? " asks to change:" : " asks to run:" },
    ],
    ...said,
    ...groundsOf(request).flatMap((ground) => dimmed(ground, width)),
  ];
}

function dimmed(text: string, width: number): Line[] {
  return wrapSpans(line(safeLine(text), { dim: true }), width, { spaceAtBreak: "drop" });
}
