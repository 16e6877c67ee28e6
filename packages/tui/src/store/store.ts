/** State that changes only through its reducer, and tells who listens. */
export interface Store<State, Action> {
  readonly get: () => State;
  /** Folds an action in. Listeners hear of it only when the state is another object than before. */
  readonly dispatch: (action: Action) => void;
  /** Calls the listener after each change; returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Makes a store around a pure reducer. */
export function createStore<State, Action>(
  reduce: (state: State, action: Action) => State,
  initial: State,
): Store<State, Action> {
  const listeners = new Set<() => void>();
  let state = initial;
  return {
    get: () => state,
    dispatch(action) {
      const next = reduce(state, action);
      if (Object.is(next, state)) return;
      state = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
