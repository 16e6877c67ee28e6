import type { Dispatcher } from "undici";
import { addedHeaders, mergeHeaders } from "./headers.ts";

/** Interceptor: adds headers to every request that does not set them itself. */
export function defaultHeaders(
  headers: Readonly<Record<string, string>>,
): Dispatcher.DispatcherComposeInterceptor {
  const added = addedHeaders(headers);
  return (dispatch) => (options, handler) =>
    dispatch({ ...options, headers: mergeHeaders(options.headers, added) }, handler);
}
