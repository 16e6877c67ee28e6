import { addUsage, emptyUsage, type Message, type Usage } from "@zotpilot/provider/model";
import type { AgentEvent } from "./event.ts";

/** A conversation as it stands. */
export interface Transcript {
  readonly messages: readonly Message[];
  /** The sum of what all model calls have told of their usage. */
  readonly usage: Usage;
  /** Tokens that the last model call sent and answered: what the context holds. 0 before the first. */
  readonly contextTokens: number;
  /** The model last chosen, when the session says so. */
  readonly model?: string;
}

/** A conversation without messages. */
export const emptyTranscript: Transcript = { messages: [], usage: emptyUsage(), contextTokens: 0 };

/**
 * Folds the next event in. Pure, and the same for a live run, a resumed session and a replay: live events change
 * nothing, so folding all events and folding the durable ones give the same transcript.
 */
export function reduceTranscript(transcript: Transcript, event: AgentEvent): Transcript {
  switch (event.type) {
    case "user_message":
    case "tool_message":
      return { ...transcript, messages: [...transcript.messages, event.message] };
    case "assistant_message": {
      const messages =
        event.message.content.length > 0 ? [...transcript.messages, event.message] : transcript.messages;
      if (!event.usage) return { ...transcript, messages };
      return {
        ...transcript,
        messages,
        usage: addUsage(transcript.usage, event.usage),
        contextTokens: event.usage.inputTokens + event.usage.outputTokens,
      };
    }
    case "model_changed":
      return { ...transcript, model: event.model };
    case "cleared":
      return { ...transcript, messages: [], contextTokens: 0 };
    default:
      return transcript;
  }
}
