import { setTimeout as sleep } from "node:timers/promises";
import type { ToolCall, ToolMessage } from "@zotpilot/provider/model";
import { messageOf } from "../errors.ts";
import type { AgentEvent } from "../events/event.ts";
import { errorResult, type ToolResult } from "../tools/tool.ts";
import { createChannel } from "./channel.ts";
import type { RunOptions } from "./run-agent.ts";

const defaultAbortGraceMs = 5_000;

/** So many calls run side by side at most: a model that asks for a thousand files may not use up the system's. */
const maxSideBySide = 16;

/**
 * Runs the calls of one answer. Calls that only read run side by side, others one after another; results come in
 * asked order. Every call is answered by exactly one `tool_message`, also after an abort. Never throws.
 */
export async function* runToolCalls(
  options: RunOptions,
  calls: readonly ToolCall[],
): AsyncGenerator<AgentEvent, void> {
  for (const group of groupCalls(options, calls)) {
    const channel = createChannel<AgentEvent>();
    const results = group.map((call) => runCall(options, call, (event) => channel.push(event)));
    // Each result is told as soon as all before it are there: what is told is kept, should the program die.
    void (async () => {
      for (const result of results) channel.push({ type: "tool_message", message: await result });
      channel.close();
    })();
    yield* channel;
  }
}

async function runCall(
  options: RunOptions,
  call: ToolCall,
  emit: (event: AgentEvent) => void,
): Promise<ToolMessage> {
  const startedAt = performance.now();
  emit({ type: "tool_start", call });
  let finished = false;
  const context = {
    cwd: options.cwd,
    signal: options.signal,
    progress: (text: string) => {
      if (!finished) emit({ type: "tool_progress", callId: call.id, text });
    },
  };
  let result: ToolResult;
  if (options.signal.aborted) result = errorResult("aborted: the call was not started");
  else {
    try {
      const running = options.runTool(call, context);
      result = checked(
        await withAbortGrace(running, options.signal, options.abortGraceMs ?? defaultAbortGraceMs),
      );
    } catch (error) {
      result = errorResult(options.signal.aborted ? "aborted: the call was stopped" : messageOf(error));
    }
  }
  finished = true;
  emit({
    type: "tool_end",
    callId: call.id,
    isError: result.isError,
    durationMs: Math.round(performance.now() - startedAt),
  });
  return {
    role: "tool",
    callId: call.id,
    name: call.name,
    content: result.content,
    isError: result.isError,
    at: options.now().toISOString(),
  };
}

/** A tool that does not notice the abort may not keep the person waiting. */
async function withAbortGrace(
  running: Promise<ToolResult>,
  signal: AbortSignal,
  graceMs: number,
): Promise<ToolResult> {
  const done = new AbortController();
  const tooLate = new Promise<ToolResult>((resolve) => {
    const onAbort = (): void => {
      sleep(graceMs, undefined, { signal: done.signal }).then(
        () => resolve(errorResult("aborted: the call did not stop when asked to and may still be running")),
        () => undefined,
      );
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([running, tooLate]);
  } finally {
    done.abort();
  }
}

/** Middlewares and hosts of other languages may return anything; only a result goes on. */
function checked(result: ToolResult | undefined): ToolResult {
  if (Array.isArray(result?.content) && typeof result.isError === "boolean") return result;
  return errorResult("the tool returned no result");
}

function groupCalls(options: RunOptions, calls: readonly ToolCall[]): ToolCall[][] {
  const groups: ToolCall[][] = [];
  let previousReads = false;
  for (const call of calls) {
    const reads = options.tools.find((tool) => tool.name === call.name)?.risk === "read";
    const last = groups.at(-1);
    if (reads && previousReads && last && last.length < maxSideBySide) last.push(call);
    else groups.push([call]);
    previousReads = reads;
  }
  return groups;
}
