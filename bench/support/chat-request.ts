import type { ModelRequest } from "@zotpilot/provider/model";
import { request, type Dispatcher } from "undici";

/** What every client asks. */
export const asked: ModelRequest = {
  model: "gpt-4.1",
  messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
};

/** What the transport adds by itself, and a bare request has to bring. */
export const identity = {
  "X-GitHub-Api-Version": "2025-05-01",
  "User-Agent": "GitHubCopilotChat/0.35.0",
  "Editor-Version": "vscode/1.107.0",
  "Editor-Plugin-Version": "copilot-chat/0.35.0",
  "Copilot-Integration-Id": "vscode-chat",
};

/** The same as a bare undici request. */
export function bareRequest(origin: string, dispatcher: Dispatcher, headers: Record<string, string> = {}) {
  return request(`${origin}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({
      model: "gpt-4.1",
      messages: [{ role: "user", content: "hello" }],
      stream: true,
    }),
    headers: { "content-type": "application/json", authorization: "Bearer tid=bench", ...headers },
    dispatcher,
  });
}
