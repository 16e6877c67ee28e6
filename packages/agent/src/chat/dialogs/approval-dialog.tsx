import type { ApprovalRequest } from "@zotpilot/core";
import { StyledLines } from "@zotpilot/tui";
import { Box } from "ink";
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { ApprovalChoice } from "../approval.ts";
import type { ChatController } from "../controller.ts";
import { fitQuestion } from "./fit-question.ts";
import { useChords } from "./use-chords.ts";

/** Asks whether a call may run. What it would do is shown as a whole, or named as cut. */
export function ApprovalDialog(props: {
  request: ApprovalRequest;
  controller: Pick<ChatController, "answer" | "escape" | "showWhole">;
  width: number;
  height: number;
}): ReactNode {
  const { request, controller, width, height } = props;
  const { choices, isCut, draw } = fitQuestion(request, width, height);
  const [chosen, setChosen] = useState<ApprovalChoice>("once");
  const latest = useRef(chosen);

  /** A window that got lower may have taken the choice away. */
  function offered(choice: ApprovalChoice): ApprovalChoice {
    return choices.some((one) => one.choice === choice) ? choice : "no";
  }

  function move(by: number): void {
    const index = choices.findIndex(({ choice }) => choice === offered(latest.current)) + by;
    latest.current = choices[index]?.choice ?? latest.current;
    setChosen(latest.current);
  }

  useChords(
    (chord) => {
      if (chord === "escape" || chord === "ctrl+c") controller.escape();
      else if (chord === "up") move(-1);
      else if (chord === "down") move(1);
      else if (chord === "enter") controller.answer(offered(latest.current), "");
    },
    (text) => controller.answer(choices.find(({ key }) => key === text.toLowerCase())?.choice, text),
  );

  useEffect(() => {
    if (isCut) controller.showWhole();
  }, [isCut, controller]);
  return (
    <Box flexDirection="column">
      <StyledLines lines={draw(offered(chosen))} />
    </Box>
  );
}
