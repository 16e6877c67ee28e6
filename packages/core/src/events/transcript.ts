import { addUsage, emptyUsage, type Message, type Usage } from "@zotpilot/provider/model";
import { isMeasured } from "./cost.ts";
import type { AgentEvent, DetailedToolMessage, SpentSoFar, SummaryMessage } from "./event.ts";

/** A message with what the screen may show of it. */
export type TranscriptMessage = Exclude<Message, { role: "tool" }> | DetailedToolMessage | SummaryMessage;

/** A conversation as it stands. */
export interface Transcript {
  readonly messages: readonly TranscriptMessage[];
  /** The sum of what all model calls have told of their usage. */
  readonly usage: Usage;
  /** Tokens that the last model call sent and answered: what the context holds. 0 before the first. */
  readonly contextTokens: number;
  /** Model calls whose cost the service did not tell; the sum lacks them. */
  readonly unmeasured: number;
  /** The sum of the premium requests that are known of; absent when none is. */
  readonly premiumRequests?: number;
  /** The files that tools have changed, in the order of their first change. */
  readonly files: readonly string[];
  /** What a person has named the session, if so. */
  readonly name?: string;
  /** The model last chosen, when the session says so. */
  readonly model?: string;
}

/** A conversation without messages. */
export const emptyTranscript: Transcript = {
  messages: [],
  usage: emptyUsage(),
  contextTokens: 0,
  unmeasured: 0,
  files: [],
};

/**
 * Folds the next event in. Pure, and the same for a live run, a resumed session and a replay: live events change
 * nothing, so folding all events and folding the durable ones give the same transcript.
 */
export function reduceTranscript(transcript: Transcript, event: AgentEvent): Transcript {
  switch (event.type) {
    case "user_message":
      return { ...transcript, messages: [...transcript.messages, event.message] };
    case "tool_message":
      return {
        ...transcript,
        messages: [...transcript.messages, event.message],
        files: withFiles(transcript.files, event.files),
      };
    case "assistant_message": {
      const isMessage = event.message.content.length > 0;
      const { usage, premiumRequests } = event;
      return {
        ...transcript,
        messages: isMessage ? [...transcript.messages, event.message] : transcript.messages,
        unmeasured: transcript.unmeasured + (isMeasured(usage) ? 0 : 1),
        ...(usage && { usage: addUsage(transcript.usage, usage) }),
        ...(premiumRequests !== undefined && {
          premiumRequests: (transcript.premiumRequests ?? 0) + premiumRequests,
        }),
        ...(usage && isMessage && { contextTokens: usage.inputTokens + usage.outputTokens }),
      };
    }
    case "model_changed":
      return { ...transcript, model: event.model };
    case "cleared":
      return { ...startFrom(transcript, event.spent), messages: [], contextTokens: 0, files: [] };
    case "compacted":
      return {
        ...startFrom(transcript, event.spent),
        messages: event.messages,
        contextTokens: event.contextTokens,
        files: event.files,
      };
    case "session_named": {
      const { name: _, ...unnamed } = transcript;
      return event.name === "" ? unnamed : { ...unnamed, name: event.name };
    }
    default:
      return transcript;
  }
}

/** Folds many events at once: the same as one after another, in time that grows with them and no faster. */
export function foldTranscript(events: Iterable<AgentEvent>): Transcript {
  let transcript = emptyTranscript;
  let messages: TranscriptMessage[] = [];
  for (const event of events) {
    transcript = reduceTranscript(transcript, event);
    if (event.type === "compacted" || event.type === "cleared") messages = [];
    for (const message of transcript.messages) messages.push(message);
    if (transcript.messages.length > 0) transcript = { ...transcript, messages: [] };
  }
  return { ...transcript, messages };
}

function startFrom(transcript: Transcript, spent: SpentSoFar | undefined): Transcript {
  if (!spent) return transcript;
  const { usage, unmeasured, premiumRequests, model = transcript.model, name = transcript.name } = spent;
  return {
    ...transcript,
    usage,
    unmeasured,
    ...(premiumRequests !== undefined && { premiumRequests }),
    ...(model !== undefined && { model }),
    ...(name !== undefined && { name }),
  };
}

function withFiles(known: readonly string[], files: readonly string[] | undefined): readonly string[] {
  const added = (files ?? []).filter((file) => !known.includes(file));
  return added.length > 0 ? [...known, ...added] : known;
}
