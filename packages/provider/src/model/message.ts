/** Plain text. */
export interface TextPart {
  type: "text";
  text: string;
}

/** An image, inline. */
export interface ImagePart {
  type: "image";
  /** For example `image/png`. */
  mimeType: string;
  /** Standard base64, padded, without a `data:` prefix. */
  data: string;
}

/**
 * Where a piece of opaque reasoning state came from. It is only ever sent back to the same place: to the same model, on
 * the same endpoint, for the same account. Everywhere else it is left out.
 */
export interface ReasoningOrigin {
  model: string;
  /** The wire path that produced it, for example `/chat/completions`. */
  endpoint: string;
  /** A short name of the account and host that it belongs to, where the provider tells accounts apart. No secret. */
  account?: string;
}

/** What the model thought before it answered. */
export interface ReasoningPart {
  type: "reasoning";
  /** Readable thinking; may be empty when the model only returns opaque state. */
  text: string;
  /**
   * Encrypted state that the service wants back, unchanged, with the same message: encrypted reasoning, a signature of
   * the text, redacted thinking. Its form is the wire's own.
   */
  opaque?: string;
  origin?: ReasoningOrigin;
}

/** A request by the model to run a tool. */
export interface ToolCall {
  type: "tool_call";
  /** Unique within a conversation; the answering {@link ToolMessage} repeats it. */
  id: string;
  name: string;
  /** The arguments as the model wrote them: JSON text that may turn out to be invalid. */
  arguments: string;
}

/** One piece of a message. */
export type Part = TextPart | ImagePart | ReasoningPart | ToolCall;

/** What a person (or a program on their behalf) said. */
export interface UserMessage {
  role: "user";
  content: (TextPart | ImagePart)[];
  /** When it was made, ISO 8601. Never sent to the model. */
  at?: string;
}

/** What the model answered: text, reasoning and tool calls in the order they came. */
export interface AssistantMessage {
  role: "assistant";
  content: (TextPart | ReasoningPart | ToolCall)[];
  /** When it was made, ISO 8601. Never sent to the model. */
  at?: string;
}

/** The result of one tool call. Every tool call of an assistant message is answered by exactly one of these. */
export interface ToolMessage {
  role: "tool";
  /** The `id` of the {@link ToolCall} it answers. */
  callId: string;
  /** The name of the tool that ran. */
  name: string;
  content: (TextPart | ImagePart)[];
  isError: boolean;
  /** When it was made, ISO 8601. Never sent to the model. */
  at?: string;
}

/** One entry of a conversation. */
export type Message = UserMessage | AssistantMessage | ToolMessage;
