import {
  line,
  Spinner,
  StyledLines,
  truncateSpans,
  truncateToWidth,
  wrapSpans,
  type Line,
} from "@zotpilot/tui";
import { Box, Text } from "ink";
import type { ReactNode } from "react";
import type { LoginStep } from "../../slash-commands/command.ts";
import type { ChatController } from "../controller.ts";
import { useChords } from "./use-chords.ts";

/** Shows the code to enter and waits. */
export function LoginDialog(props: {
  step: LoginStep;
  controller: ChatController;
  width: number;
  height: number;
}): ReactNode {
  const { step, controller, width, height } = props;
  useChords((chord) => {
    if (chord === "escape" || chord === "ctrl+c") controller.escape();
  });
  const waiting = step.type === "asking_for_code" ? "Asking for a code" : "Waiting for your approval";
  return (
    <Box flexDirection="column">
      <StyledLines lines={stepLines(step, width, height - 1)} />
      <Box>
        <Spinner />
        <Text dimColor>{truncateToWidth(` ${waiting} · Esc to cancel`, width - 1)}</Text>
      </Box>
    </Box>
  );
}

/** In a low window only what has to be known. */
function stepLines(step: LoginStep, width: number, height: number): Line[] {
  if (step.type === "asking_for_code") return [];
  const { userCode, verificationUri, host, scope, browser } = step;
  const opened =
    browser === "opened"
      ? "The page was opened in your browser."
      : browser === "failed"
        ? "No browser could be opened here; open the address on any device."
        : "";
  const needed: Line[] = [
    [{ text: "  Open       " }, { text: verificationUri, color: "cyan" }],
    [{ text: "  Enter      " }, { text: userCode, bold: true, color: "yellow" }],
    [{ text: "  It may see " }, { text: scope === "" ? "public data" : scope }],
  ].map((spans) => truncateSpans(spans as Line, width));
  const warning = `${opened} Never enter a code that somebody sent you.`.trim();
  const whole = [
    truncateSpans(line(`Sign in to ${host}`, { bold: true }), width),
    line(""),
    ...needed,
    line(""),
    ...wrapSpans(line(warning, { dim: true }), width, { spaceAtBreak: "drop" }),
    line(""),
  ];
  return whole.length <= height ? whole : needed.slice(0, Math.max(0, height));
}
