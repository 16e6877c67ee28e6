import { Text, useAnimation } from "ink";
import { createElement, type ReactNode } from "react";
import type { Color } from "../text/styled.ts";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** One cell that turns for as long as it is shown. */
export function Spinner({ color = "cyan" }: { color?: Color }): ReactNode {
  const { frame } = useAnimation({ interval: 100 });
  return createElement(Text, { color }, frames[frame % frames.length]);
}
