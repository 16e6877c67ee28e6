import * as fc from "fast-check";
import { expect, test } from "vitest";
import { layOut } from "./layout.ts";

const wishes = fc.record({
  rows: fc.integer({ min: 1, max: 60 }),
  draft: fc.integer({ min: 1, max: 40 }),
  suggestions: fc.integer({ min: 0, max: 9 }),
  queued: fc.integer({ min: 0, max: 12 }),
  isBusy: fc.boolean(),
  hasDialog: fc.boolean(),
});

test("whatever is wished for, one row of the window stays free", () => {
  fc.assert(
    fc.property(wishes, (asked) => {
      const layout = layOut(asked);
      const sum = Object.values(layout).reduce((total, rows) => total + rows, 0);
      expect(sum).toBe(Math.max(0, asked.rows - 1));
      for (const rows of Object.values(layout)) expect(rows).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 2_000 },
  );
});

test("suggestions are all there or not at all", () => {
  fc.assert(
    fc.property(wishes, (asked) => {
      expect([0, asked.suggestions]).toContain(layOut(asked).suggestions);
    }),
  );
});

test("in a usual window everything has its place", () => {
  const asked = { rows: 24, draft: 2, suggestions: 7, queued: 2, isBusy: true, hasDialog: false };
  expect(layOut(asked)).toEqual({
    draft: 2,
    status: 1,
    activity: 1,
    dialog: 0,
    queue: 2,
    gap: 1,
    space: 1,
    suggestions: 7,
    live: 8,
  });
});

test("in the lowest window one can still type", () => {
  const asked = { rows: 2, draft: 5, suggestions: 7, queued: 2, isBusy: true, hasDialog: false };
  expect(layOut(asked)).toMatchObject({ draft: 1, status: 0, live: 0 });
});
