import { Text } from "ink";
import { cleanup, render } from "ink-testing-library";
import { setTimeout as sleep } from "node:timers/promises";
import type { ReactNode } from "react";
import { afterEach, expect, test } from "vitest";
import { createStore } from "./store.ts";
import { useStore } from "./use-store.ts";

afterEach(cleanup);

interface State {
  count: number;
  other: number;
}

const reduce = (state: State, action: "count" | "other" | "nothing"): State =>
  action === "nothing" ? state : { ...state, [action]: state[action] + 1 };

test("tells listeners of changes only, until they leave", () => {
  const store = createStore(reduce, { count: 0, other: 0 });
  const heard: number[] = [];
  const stop = store.subscribe(() => heard.push(store.get().count));
  store.dispatch("count");
  store.dispatch("nothing");
  store.dispatch("count");
  stop();
  store.dispatch("count");
  expect(heard).toEqual([1, 2]);
});

test("a component is drawn again only when what it selects has changed", async () => {
  const store = createStore(reduce, { count: 0, other: 0 });
  let draws = 0;
  function Count(): ReactNode {
    draws++;
    return <Text>{useStore(store, (state) => state.count)}</Text>;
  }
  const { lastFrame } = render(<Count />);
  await sleep(10);
  store.dispatch("other");
  await sleep(10);
  expect(draws).toBe(1);
  store.dispatch("count");
  await expect.poll(lastFrame).toBe("1");
  expect(draws).toBe(2);
});
