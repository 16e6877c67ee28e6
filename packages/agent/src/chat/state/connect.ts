import type { Agent, AgentEvent, TranscriptMessage } from "@zotpilot/core";
import type { Store } from "@zotpilot/tui";
import type { ChatAction, ChatState } from "./chat-state.ts";
import { createCoalescer } from "./coalesce.ts";

/** Shows on the screen what the agent does, from now on; returns how to stop. `onApproval` is told when a call waits. */
export function connectAgent(
  agent: Agent,
  store: Store<ChatState, ChatAction>,
  onApproval: () => void,
): () => void {
  const coalescer = createCoalescer((event) => store.dispatch({ type: "agent_event", event }));
  const unsubscribe = agent.subscribe((event) => {
    coalescer.push(event);
    if (event.type === "approval_request") onApproval();
  });
  return () => {
    unsubscribe();
    coalescer.close();
  };
}

/** The durable events that these messages came from, as far as the screen is concerned. */
export function eventsOf(messages: readonly TranscriptMessage[]): AgentEvent[] {
  return messages.map((message): AgentEvent => {
    switch (message.role) {
      case "user":
        return { type: "user_message", message };
      case "assistant":
        return { type: "assistant_message", message, usage: null, stopReason: "end" };
      case "tool":
        return { type: "tool_message", message };
    }
  });
}
