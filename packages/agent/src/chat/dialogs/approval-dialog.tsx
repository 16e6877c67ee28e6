import type { ApprovalRequest } from "@zotpilot/core";
import { line, sanitizeTerminalText, StyledLines, truncateSpans, wrapSpans, type Line } from "@zotpilot/tui";
import { Box } from "ink";
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { ApprovalChoice } from "../approval.ts";
import type { ChatController } from "../controller.ts";
import { diffSpan } from "../lines/diff-span.ts";
import { askedCall } from "../state/asked-call.ts";
import { useChords } from "./use-chords.ts";

interface Choice {
  readonly key: string;
  readonly choice: ApprovalChoice;
  readonly text: string;
}

/** Asks whether a call may run. What it would do is shown as a whole, or named as cut. */
export function ApprovalDialog(props: {
  request: ApprovalRequest;
  controller: ChatController;
  width: number;
  height: number;
}): ReactNode {
  const { request, controller, width, height } = props;
  const [selected, setSelected] = useState(0);
  const latest = useRef(selected);
  const choices = choicesOf(request);

  function move(to: number): void {
    latest.current = Math.max(0, Math.min(to, choices.length - 1));
    setSelected(latest.current);
  }

  useChords(
    (chord) => {
      if (chord === "escape" || chord === "ctrl+c") controller.escape();
      else if (chord === "up") move(latest.current - 1);
      else if (chord === "down") move(latest.current + 1);
      else if (chord === "enter") controller.answer(choices[latest.current]?.choice ?? "no");
    },
    (text) => {
      const found = choices.find(({ key }) => key === text.trim().toLowerCase());
      if (found) controller.answer(found.choice);
    },
  );

  const list = choices.map(({ key, text }, index): Line => {
    const isSelected = index === selected;
    return [
      { text: isSelected ? "❯ " : "  ", color: "cyan" },
      { text: `${key}  ${text}`, bold: isSelected },
    ];
  });
  const asked = questionLines(request, width);
  // What would be permitted for good is never cut.
  const lasting = named("s and a permit:", request.remember, width);
  const room = Math.max(1, height - list.length - lasting.length - 1);
  const isCut = asked.length > room;
  useEffect(() => {
    if (isCut) controller.showWhole();
  }, [isCut, controller]);
  const shown = !isCut
    ? asked
    : [
        ...asked.slice(0, room - 1),
        line(`  … ${asked.length - room + 1} more lines, shown above`, { color: "yellow" }),
      ];
  return (
    <Box flexDirection="column">
      <StyledLines
        lines={[...shown, ...lasting, ...list, line("")].map((spans) => truncateSpans(spans, width))}
      />
    </Box>
  );
}

/** What is asked, in lines of at most `width` cells. */
export function questionLines(request: ApprovalRequest, width: number): Line[] {
  const { call, command, reasons, writes, hosts } = request;
  const { text, isDiff } = askedCall(call, command);
  const said = text
    .split("\n")
    .flatMap((part) => wrapSpans([isDiff ? diffSpan(part) : { text: part }], width - 2))
    .map((spans) => [{ text: "  " }, ...spans]);
  return [
    [
      { text: sanitizeTerminalText(call.name), bold: true, color: "yellow" },
      { text: isDiff ? " asks to change:" : " asks to run:" },
    ],
    ...said,
    ...named("because", reasons, width),
    ...named("writes", writes, width),
    ...named("reaches", hosts, width),
  ];
}

function named(what: string, values: readonly string[], width: number): Line[] {
  if (values.length === 0) return [];
  const text = sanitizeTerminalText(`${what} ${values.join(", ")}`).replaceAll("\n", " ");
  return wrapSpans(line(text, { dim: true }), width, { spaceAtBreak: "drop" });
}

function choicesOf({ remember }: ApprovalRequest): readonly Choice[] {
  const lasting: readonly Choice[] = [
    { key: "s", choice: "session", text: "yes, and in this session from now on" },
    { key: "a", choice: "project", text: "yes, and always in this folder" },
  ];
  return [
    { key: "y", choice: "once", text: "yes, this once" },
    ...(remember.length > 0 ? lasting : []),
    { key: "n", choice: "no", text: "no" },
  ];
}
