import { expect, test } from "vitest";
import { createRetries } from "../src/run/retry.ts";
import { providerError } from "./support/scripted.ts";

const busy = (retryAfterMs?: number) =>
  providerError({ retryable: true, ...(retryAfterMs !== undefined && { retryAfterMs }) });

test("F-21: three tries, the waits between them longer each time and never the same for all", () => {
  const waits = (random: number): (number | undefined)[] => {
    const retries = createRetries(() => random);
    return [retries.after(busy()), retries.after(busy()), retries.after(busy())];
  };
  expect(waits(0)).toEqual([750, 1500, undefined]);
  expect(waits(1)).toEqual([1250, 2500, undefined]);
});

test("F-20: a wait that the service names is waited for at least, and all together are a minute at most", () => {
  const late = createRetries(() => 1);
  expect(late.after(busy(59_000))).toBe(60_000);
  expect(late.after(busy(1))).toBeUndefined();
  const early = createRetries(() => 0);
  expect(early.after(busy(59_000))).toBe(59_000);
  expect(early.after(busy(59_000))).toBeUndefined();
  expect(early.after(busy(1_000))).toBe(1_000);
  expect(createRetries().after(busy(60_001))).toBeUndefined();
  expect(createRetries().after(busy(-5))).toBe(0);
  expect(createRetries().after(providerError({ retryable: false }))).toBeUndefined();
});
