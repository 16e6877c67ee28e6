/** Why a simulator could not start or play. */
export type SimulatorErrorCode =
  /** Another program listens on that port. */
  | "port_in_use"
  /** The address cannot be listened on. */
  | "listen_failed"
  /** The address is not one of loopback, and only those are listened on. */
  | "not_loopback"
  /** No scenario has that name. */
  | "unknown_scenario";

/** What this package throws. `code` is for programs, the message for people. */
export class SimulatorError extends Error {
  override readonly name = "SimulatorError";
  readonly code: SimulatorErrorCode;

  constructor(code: SimulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
