import { useSyncExternalStore } from "react";
import type { Store } from "./store.ts";

/**
 * What `select` takes from the store; the component is drawn again when that is another value.
 * `select` must return the same value for the same state: pick from it, do not build objects in it.
 */
export function useStore<State, Action, Selected>(
  store: Store<State, Action>,
  select: (state: State) => Selected,
): Selected {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
