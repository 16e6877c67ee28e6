export { contentText } from "./answer/answer.ts";
export type {
  Answer,
  AnswerOptions,
  AnswerRequest,
  AnswerScript,
  AnswerUsage,
  ChatMessage,
  ChatTool,
  ChatToolCall,
  RefusedAnswer,
  ScriptedToolCall,
  SpokenAnswer,
} from "./answer/answer.ts";
export { answer } from "./answer/build.ts";
export type { SimulatorClock } from "./clock.ts";
export type { ModelEntry } from "./copilot/model-catalogue.ts";
export { demoModel } from "./demo/demo-model.ts";
export { SimulatorError } from "./errors.ts";
export type { SimulatorErrorCode } from "./errors.ts";
export type { RecordedRequest } from "./http/call.ts";
export { scenarioNames } from "./scenarios/index.ts";
export { createSimulator } from "./simulator.ts";
export type { Simulator, SimulatorOptions } from "./simulator.ts";
