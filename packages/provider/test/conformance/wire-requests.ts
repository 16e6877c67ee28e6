import type { Message, ModelRequest, ToolCall } from "../../src/index.ts";
import { hello } from "../simulated.ts";

const tools = ["read", "read_file", "list_dir", "glob"].map((name) => ({
  name,
  description: "Does it.",
  parameters: { type: "object" },
}));

/** The request of a scenario: a person asks a model of the scenario's wire. */
export function requestFor(name: string): ModelRequest {
  const model = name.startsWith("responses.") ? "gpt-5.2-codex" : "claude-haiku-4.5";
  const request: ModelRequest = { ...hello, model, system: "Be brief.", tools };
  if (name !== "messages.prefill_refused") return request;
  return {
    ...request,
    messages: [...hello.messages, { role: "assistant", content: [{ type: "text", text: "So " }] }],
  };
}

/** The conversation with an answer and the results of its calls. */
export function continued(request: ModelRequest, message: Message): ModelRequest {
  const results = message.content.filter((part): part is ToolCall => part.type === "tool_call");
  const messages: Message[] = [
    ...request.messages,
    message,
    ...results.map(({ id, name }): Message => ({
      role: "tool",
      callId: id,
      name,
      content: [{ type: "text", text: "x" }],
      isError: false,
    })),
  ];
  return { ...request, messages: results.length > 0 ? messages : [...messages, ...hello.messages] };
}
