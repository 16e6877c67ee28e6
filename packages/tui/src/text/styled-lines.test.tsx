import { renderToString } from "ink";
import { expect, test } from "vitest";
import { StyledLines } from "./styled-lines.ts";
import { line } from "./styled.ts";

test("draws each line on a row of its own, empty ones too", () => {
  expect(renderToString(<StyledLines lines={[line("one"), [], line("a\tb")]} />)).toBe("one\n\na    b");
  expect(renderToString(<StyledLines lines={[]} />)).toBe("");
});
