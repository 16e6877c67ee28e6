import type { Dispatcher } from "undici";
import type { ResponseHeaders } from "../errors/retry-after.ts";

/**
 * Interceptor: tells `watch` the status and headers of every answer that reaches the caller. What `watch` throws fails
 * the request, so it should not.
 */
export function watchResponses(
  watch: (status: number, headers: ResponseHeaders) => void,
): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onRequestUpgrade: (controller, status, headers, socket) =>
        handler.onRequestUpgrade?.(controller, status, headers, socket),
      onResponseStarted: () => handler.onResponseStarted?.(),
      onBodySent: (chunk) => handler.onBodySent?.(chunk),
      onRequestSent: () => handler.onRequestSent?.(),
      onResponseStart: (controller, status, headers, text) => {
        if (status >= 200) watch(status, headers);
        handler.onResponseStart?.(controller, status, headers, text);
      },
      onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
      onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
      onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
    });
}
