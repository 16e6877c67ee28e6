import type { Dispatcher } from "undici";
import type { Timeouts } from "./timeouts.ts";

/**
 * Interceptor: sets how long the headers of an answer, and each silence within it, may take, for requests that do not
 * say it themselves. undici's own defaults are five minutes each.
 */
export function phaseTimeouts(
  timeouts: Pick<Timeouts, "firstByteMs" | "idleMs">,
): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(
      {
        ...options,
        headersTimeout: options.headersTimeout ?? timeouts.firstByteMs,
        bodyTimeout: options.bodyTimeout ?? timeouts.idleMs,
      },
      handler,
    );
}
