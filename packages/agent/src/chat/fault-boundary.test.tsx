import { Text } from "ink";
import { render } from "ink-testing-library";
import type { ReactNode } from "react";
import { expect, test } from "vitest";
import { FaultBoundary } from "./fault-boundary.tsx";

function Fragile({ isBroken }: { isBroken: boolean }): ReactNode {
  if (isBroken) throw new Error("cannot be drawn");
  return <Text>drawn</Text>;
}

test("F-5: what a component throws is told once, and nothing of it is drawn", () => {
  const told: unknown[] = [];
  const tree = (isBroken: boolean): React.JSX.Element => (
    <FaultBoundary onFault={(error) => told.push(error)}>
      <Fragile isBroken={isBroken} />
    </FaultBoundary>
  );
  const { rerender, lastFrame } = render(tree(false));
  expect(lastFrame()).toBe("drawn");
  rerender(tree(true));
  expect(told).toEqual([new Error("cannot be drawn")]);
  expect(lastFrame()).toBe("");
});
