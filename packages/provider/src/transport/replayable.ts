import type { Dispatcher } from "undici";

/** Whether a body can be sent a second time: text and bytes can, streams cannot. */
export function isReplayable(body: Dispatcher.DispatchOptions["body"]): boolean {
  return body === undefined || body === null || typeof body === "string" || body instanceof Uint8Array;
}
