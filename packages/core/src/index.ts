export {
  createAgent,
  type Agent,
  type AgentListener,
  type AgentOptions,
  type RunResult,
  type UserInput,
} from "./agent/agent.ts";
export { systemPrompt, type SystemPromptParts } from "./context/system-prompt.ts";
export {
  CoreError,
  isCoreError,
  serializeError,
  type CoreErrorCode,
  type SerializedError,
} from "./errors.ts";
export { isDurable, type AgentEvent, type DurableEvent, type LiveEvent } from "./events/event.ts";
export { emptyTranscript, reduceTranscript, type Transcript } from "./events/transcript.ts";
export { runAgent, type RunOptions } from "./run/run-agent.ts";
export { createSession, openSession, type CreateSessionOptions, type Session } from "./session/session.ts";
export { createSessionStore, type SessionStore, type SessionSummary } from "./session/store.ts";
export { compose, decodeArguments, toolRunner } from "./tools/run-tool.ts";
export {
  defineTool,
  errorResult,
  textResult,
  ToolInputError,
  type Tool,
  type ToolContext,
  type ToolDefinition,
  type ToolMiddleware,
  type ToolResult,
  type ToolRisk,
  type ToolRunner,
} from "./tools/tool.ts";
