import { StyledLines } from "@zotpilot/tui";
import { Static } from "ink";
import { memo, type ReactNode } from "react";
import { blockLines } from "./lines/block-lines.ts";
import type { Block } from "./state/block.ts";

/** The conversation in the scrollback. A block is drawn once, when it comes, and belongs to the terminal from then on. */
export const Transcript = memo(function Transcript(props: {
  blocks: readonly Block[];
  width: number;
}): ReactNode {
  const { blocks, width } = props;
  return (
    <Static items={blocks as Block[]}>
      {(block, index) => <StyledLines key={index} lines={blockLines(block, blocks[index - 1], width)} />}
    </Static>
  );
});
