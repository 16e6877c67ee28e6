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
export function decodeArguments(call: Pick<ToolCall, "arguments">): unknown {
  if (call.arguments.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(call.arguments);
    return excess(value) ?? value;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const maxDepth = 200;
const maxKeys = 10_000;
const maxStringLength = 4 * 1024 * 1024;

/** What is beyond any honest call, as an error. Without recursion: a deep value would end the program instead. */
function excess(value: unknown): Error | undefined {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  let keys = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    if (typeof next.value === "string" && next.value.length > maxStringLength) {
      return new Error(`a text is longer than ${maxStringLength} characters`);
    }
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth > maxDepth) return new Error(`more than ${maxDepth} levels deep`);
    const fields: readonly unknown[] = Array.isArray(next.value) ? next.value : Object.values(next.value);
    keys += fields.length;
    if (keys > maxKeys) return new Error(`more than ${maxKeys} keys`);
    for (const field of fields) open.push({ value: field, depth: next.depth + 1 });
  }
  return undefined;
}
