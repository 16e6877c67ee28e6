/** The model port: types and pure functions. Importing it loads no HTTP client. */
export { createMessageCollector, collectMessage, textOf, type MessageCollector } from "./collect.ts";
export { addUsage, emptyUsage, type Usage } from "./usage.ts";
export type { FinishReason, ModelEvent, StopReason } from "./event.ts";
export type {
  AssistantMessage,
  ImagePart,
  Message,
  Part,
  ReasoningOrigin,
  ReasoningPart,
  TextPart,
  ToolCall,
  ToolMessage,
  UserMessage,
} from "./message.ts";
export { canAnswer, type ModelInfo } from "./model-info.ts";
export type { Provider, StreamCallOptions } from "./provider.ts";
export type { Initiator, ModelRequest, ReasoningEffort, ResponseFormat, ToolSpec } from "./request.ts";
