import type { ToolCall } from "@zotpilot/provider/model";
import { messageOf } from "../errors.ts";
import { errorResult, type Tool, type ToolMiddleware, type ToolRunner } from "./tool.ts";

/**
 * The innermost runner: finds the tool, decodes the arguments, runs it. What the tool throws becomes an error
 * result; only an abort is thrown on.
 */
export function toolRunner(tools: readonly Tool[]): ToolRunner {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return async (call, context) => {
    const tool = byName.get(call.name);
    if (!tool)
      return errorResult(`unknown tool "${call.name}"; the tools are: ${[...byName.keys()].join(", ")}`);
    const input = decodeArguments(call);
    if (input instanceof Error) return errorResult(`invalid args: ${input.message}`);
    try {
      return await tool.run(input, context);
    } catch (error) {
      context.signal.throwIfAborted();
      return errorResult(messageOf(error));
    }
  };
}

/** Wraps a runner in middlewares; the first of the list is the outermost. */
export function compose(runner: ToolRunner, ...middlewares: readonly ToolMiddleware[]): ToolRunner {
  return middlewares.reduceRight((next, middleware) => middleware(next), runner);
}

/** The arguments of a call as a value; a call without arguments has `{}`. Returns the error of invalid JSON. */
export function decodeArguments(call: ToolCall): unknown {
  if (call.arguments.trim() === "") return {};
  try {
    return JSON.parse(call.arguments);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
