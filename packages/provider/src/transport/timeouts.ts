/** How long each phase of a request may take, in milliseconds. */
export interface Timeouts {
  /** Until the connection stands, and until a proxy has opened the way to the host. 15 s each. */
  connectMs: number;
  /**
   * From the sent request to the answer's headers, and from there to its first byte; of an answer that is not streamed,
   * to its last. 120 s each, and 30 s at most where GitHub is asked.
   */
  firstByteMs: number;
  /** Without any byte in the middle of an answer. 60 s. */
  idleMs: number;
}

/** The defaults of {@link Timeouts}. */
export const defaultTimeouts: Timeouts = { connectMs: 15_000, firstByteMs: 120_000, idleMs: 60_000 };
