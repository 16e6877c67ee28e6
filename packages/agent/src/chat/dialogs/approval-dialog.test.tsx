import type { ApprovalRequest } from "@zotpilot/core";
import { cellWidth } from "@zotpilot/tui";
import { renderToString } from "ink";
import { expect, test } from "vitest";
import { layOut } from "../layout.ts";
import { ApprovalDialog } from "./approval-dialog.tsx";
import { fitQuestion } from "./fit-question.ts";

const command = Array.from({ length: 12 }, (_, index) => `npm run build -- --part ${index}`).join(" &&\n");
const request: ApprovalRequest = {
  id: "1",
  digest: "d",
  call: { type: "tool_call", id: "1", name: "bash", arguments: JSON.stringify({ command }) },
  cwd: "/project",
  risk: "execute",
  reasons: ["no rule permits it"],
  command,
  writes: ["/project/dist"],
  hosts: [],
  remember: ["bash(npm run build *)"],
};
const short: ApprovalRequest = { ...request, command: "npm test", remember: ["bash(npm test)"] };
const longRule = { ...short, remember: ["bash(npm run build *)", `bash(${"very long rule ".repeat(40)})`] };
const requests = [request, short, longRule, { ...short, remember: [] }];

/** What the dialog gets of a window while an answer runs. */
function roomIn(rows: number): number {
  return layOut({ rows, draft: 1, suggestions: 0, queued: 0, isBusy: true, hasDialog: true }).dialog;
}

function drawn(
  asked: ApprovalRequest,
  width: number,
  height: number,
): { rows: string[]; isToldWhole: boolean } {
  let isToldWhole = false;
  const controller = {
    showWhole: () => void (isToldWhole = true),
    answer: () => undefined,
    escape: () => undefined,
  };
  const dialog = <ApprovalDialog request={asked} {...{ controller, width, height }} />;
  return { rows: renderToString(dialog, { columns: width + 1 }).split("\n"), isToldWhole };
}

test("whatever the window, the question takes no more rows than it has got, and nothing lasting goes unseen", () => {
  for (const asked of requests) {
    for (let rows = 8; rows <= 30; rows += 1) {
      for (let width = 20; width <= 200; width += 1) {
        const height = roomIn(rows);
        const { choices, isCut, draw } = fitQuestion(asked, width, height);
        const lines = draw("once").map((line) => line.map(({ text }) => text).join(""));
        const where = `${rows} rows, ${width} columns, ${asked.remember.join()}`;
        expect(lines.length, where).toBeLessThanOrEqual(height);
        for (const line of lines) expect(cellWidth(line), where).toBeLessThanOrEqual(width);
        const whole = lines.join("").replaceAll(/\s/g, "");
        expect(whole, where).toContain("yyes,thisonce");
        if (isCut) expect(whole, where).toContain("morelines,");
        const offersLasting = choices.some(({ choice }) => choice === "project");
        const permits = `sandapermit:${asked.remember.join(",")}`.replaceAll(/\s/g, "");
        if (offersLasting) expect(whole, where).toContain(permits);
        else expect(whole, where).not.toMatch(/sandapermit|infromnowon|alwaysin/);
      }
    }
  }
});

test("in a usual window everything is offered; where it cannot be shown what would last, only this once", () => {
  const texts = (rows: number, width: number, asked = short): string =>
    fitQuestion(asked, width, roomIn(rows))
      .choices.map(({ key }) => key)
      .join("");
  expect(texts(24, 80)).toBe("ysan");
  expect(texts(13, 200)).toBe("ysan");
  expect(texts(12, 200)).toBe("yn");
  expect(texts(24, 40, longRule)).toBe("yn");
  expect(texts(40, 40, longRule)).toBe("ysan");
  expect(texts(24, 80, { ...short, remember: [] })).toBe("yn");
});

test("what is drawn is what was reckoned with", () => {
  for (const asked of requests) {
    for (const [rows, width] of [
      [8, 20],
      [8, 200],
      [10, 60],
      [13, 40],
      [24, 40],
      [24, 80],
      [30, 200],
    ] as const) {
      const height = roomIn(rows);
      const { draw, isCut } = fitQuestion(asked, width, height);
      const shown = drawn(asked, width, height);
      expect(shown.rows.map((row) => row.trimEnd())).toEqual(
        draw("once").map((line) =>
          line
            .map(({ text }) => text)
            .join("")
            .trimEnd(),
        ),
      );
      expect(shown.isToldWhole).toBe(isCut);
    }
  }
});

test("the lowest windows have no row too many, either", () => {
  for (const asked of requests)
    for (let rows = 1; rows < 8; rows += 1) {
      const height = roomIn(rows);
      expect(fitQuestion(asked, 40, height).draw("no").length).toBeLessThanOrEqual(height);
    }
});
