import { monotonicNow } from "../clock.ts";
import type { LoginEvent } from "../login.ts";
import type { Board } from "./board.ts";
import type { LoginServerEvent, LoginServerOptions } from "./options.ts";
import { afterError, afterEvent, isFinal, isPending } from "./state.ts";
import type { LoginState } from "./state.ts";

type Succeeded = Extract<LoginEvent, { type: "succeeded" }>;

/** The logins of one page: never two at once. */
export interface Attempts {
  /** Starts one, unless one is running or all is done. */
  start(): void;
  /** How the last one failed. */
  lastError(): unknown;
}

/** Runs logins and puts what happens on the board. */
export function createAttempts(settings: {
  readonly startLogin: NonNullable<LoginServerOptions["startLogin"]>;
  readonly board: Board<LoginState>;
  readonly signal: AbortSignal;
  readonly tell: (event: LoginServerEvent) => void;
  readonly onSuccess: (event: Succeeded) => void;
  readonly onFailure: () => void;
}): Attempts {
  const { board, signal, tell } = settings;
  let error: unknown;

  const over = () => signal.aborted || isFinal(board.get());

  async function run(): Promise<void> {
    for await (const event of settings.startLogin({ signal })) {
      if (over()) return;
      tell(event);
      if (event.type === "succeeded") return settings.onSuccess(event);
      const next = afterEvent(board.get(), event, monotonicNow());
      if (next !== board.get()) board.set(next);
    }
    throw new Error("the login ended without a result");
  }

  return {
    start() {
      if (over() || isPending(board.get())) return;
      error = undefined;
      board.set({ phase: "starting" });
      run().catch((thrown: unknown) => {
        if (over()) return;
        error = thrown;
        board.set(afterError(thrown));
        tell({ type: "attempt_failed", error: thrown });
        settings.onFailure();
      });
    },
    lastError: () => error,
  };
}
