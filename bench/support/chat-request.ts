import type { ModelRequest } from "@zotpilot/provider/model";
import { request, type Dispatcher } from "undici";

/** What every client asks. */
export const asked: ModelRequest = {
  model: "gpt-4.1",
  messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
};

/** The same as a bare undici request. */
export function bareRequest(origin: string, dispatcher: Dispatcher) {
  return request(`${origin}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({
      model: "gpt-4.1",
      messages: [{ role: "user", content: "hello" }],
      stream: true,
    }),
    headers: { "content-type": "application/json", authorization: "Bearer tid=bench" },
    dispatcher,
  });
}
