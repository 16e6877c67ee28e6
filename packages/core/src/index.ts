export type { Agent, AgentOptions, RunResult } from "./agent/agent.ts";
export { createAgent } from "./agent/create-agent.ts";
export type { QueuedInput, UserInput } from "./agent/input-queue.ts";
export type { AgentListener } from "./agent/listeners.ts";
export { reasoningLevels, type ReasoningLevel } from "./agent/reasoning.ts";
export { loadInstructions, type InstructionFile, type Instructions } from "./context/instructions.ts";
export { openTasksIn } from "./context/compact.ts";
export { systemPrompt, type SystemPromptParts } from "./context/system-prompt.ts";
export {
  CoreError,
  isCoreError,
  serializeError,
  type CoreErrorCode,
  type SerializedError,
} from "./errors.ts";
export type { ApprovalAnswer, ApprovalRequest, AskForApproval, ToolRisk } from "./events/approval.ts";
export { costOf, totalCost, type Cost } from "./events/cost.ts";
export {
  isDurable,
  type AgentEvent,
  type DetailedToolMessage,
  type DurableEvent,
  type LiveEvent,
  type SpentSoFar,
  type SummaryMessage,
  type ToolDetails,
} from "./events/event.ts";
export {
  emptyTranscript,
  foldTranscript,
  reduceTranscript,
  type Transcript,
  type TranscriptMessage,
} from "./events/transcript.ts";
export { createBudget, type Budget, type BudgetLimits } from "./run/budget.ts";
export {
  createCompaction,
  type Compaction,
  type CompactionOptions,
  type CompactionRun,
} from "./run/compaction.ts";
export { runAgent, type RunInputs, type RunOptions } from "./run/run-agent.ts";
export type { Spent } from "./run/run-turn.ts";
export { forkSession, type ForkOptions } from "./session/fork.ts";
export { exportSession, importSession, type ImportedSession } from "./session/portable.ts";
export type { PruneOptions } from "./session/prune.ts";
export { readHistory, type SessionEntry } from "./session/read-session.ts";
export type { SessionMatch } from "./session/search.ts";
export {
  createSession,
  openSession,
  type CreateSessionOptions,
  type OpenSessionOptions,
  type Session,
} from "./session/session.ts";
export { createSessionStore, type SessionStore } from "./session/store.ts";
export type { SessionSummary } from "./session/summary.ts";
export type { SessionTree } from "./session/tree.ts";
export { loadSkills, type Skill, type SkillFolders } from "./skills/load.ts";
export { skillManifest, skillTool } from "./skills/skill-tool.ts";
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
  type ToolRunner,
} from "./tools/tool.ts";
