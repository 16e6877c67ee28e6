/** Runs work, so much of it at a time; what does not fit waits in order. */
export type Slots = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Makes `count` slots. */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
