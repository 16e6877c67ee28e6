import type { Dispatcher } from "undici";
import { flatHeaders, namesOf } from "./headers.ts";

/** Interceptor: adds headers to every request that does not set them itself. */
export function defaultHeaders(
  headers: Readonly<Record<string, string>>,
): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const flat = flatHeaders(options.headers);
    const present = namesOf(flat);
    for (const [name, value] of Object.entries(headers)) {
      if (!present.has(name.toLowerCase())) flat.push(name, value);
    }
    return dispatch({ ...options, headers: flat }, handler);
  };
}
