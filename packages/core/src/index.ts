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
