import { line, Spinner, StyledLines, wrapSpans, type Line } from "@zotpilot/tui";
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
}): ReactNode {
  const { step, controller, width } = props;
  useChords((chord) => {
    if (chord === "escape" || chord === "ctrl+c") controller.escape();
  });
  const waiting = step.type === "asking_for_code" ? "Asking for a code" : "Waiting for your approval";
  return (
    <Box flexDirection="column">
      <StyledLines lines={stepLines(step, width)} />
      <Box>
        <Spinner />
        <Text dimColor>{` ${waiting} · Esc to cancel`}</Text>
      </Box>
      <Text> </Text>
    </Box>
  );
}

function stepLines(step: LoginStep, width: number): Line[] {
  if (step.type === "asking_for_code") return [];
  const { userCode, verificationUri, host, scope, browser } = step;
  const opened =
    browser === "opened"
      ? "The page was opened in your browser."
      : browser === "failed"
        ? "No browser could be opened here; open the address on any device."
        : "";
  return [
    line(`Sign in to ${host}`, { bold: true }),
    line(""),
    [{ text: "  Open       " }, { text: verificationUri, color: "cyan" }],
    [{ text: "  Enter      " }, { text: userCode, bold: true, color: "yellow" }],
    [{ text: "  It may see " }, { text: scope === "" ? "public data" : scope }],
    line(""),
    ...wrapSpans(line(`${opened} Never enter a code that somebody sent you.`.trim(), { dim: true }), width, {
      spaceAtBreak: "drop",
    }),
  ];
}
