/** The time the simulator lives by: real time that runs monotonically, plus what {@link SimulatorClock.advance} added. */
export interface SimulatorClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Moves the clock forward: codes and tokens expire, polling intervals pass. Throws a RangeError on a negative number. */
  advance(ms: number): void;
}

/** Starts a clock at the present. */
export function createClock(): SimulatorClock {
  const start = Date.now() - performance.now();
  let offset = 0;
  return {
    now: () => start + performance.now() + offset,
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`The simulator's clock cannot be advanced by ${ms} ms.`);
      offset += ms;
    },
  };
}
