import { setTimeout as sleep } from "node:timers/promises";
import type { ToolCall, ToolMessage } from "@zotpilot/provider/model";
import type { AgentEvent } from "../events/event.ts";
import { errorResult, type ToolResult } from "../tools/tool.ts";
import { createChannel } from "./channel.ts";
import type { RunOptions } from "./run-agent.ts";

/** How long a tool may take to notice an abort before its call is answered without it. */
const abortGraceMs = 5_000;

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
    const messages: Promise<ToolMessage>[] = results;
    void Promise.allSettled(messages).then(() => channel.close());
    // Progress is shown as it comes; each result as soon as all before it are there.
    yield* channel;
    for (const message of messages) yield { type: "tool_message", message: await message };
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
      result = await withAbortGrace(options.runTool(call, context), options.signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      result = errorResult(options.signal.aborted ? "aborted: the call was stopped" : reason);
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
async function withAbortGrace(running: Promise<ToolResult>, signal: AbortSignal): Promise<ToolResult> {
  const done = new AbortController();
  const tooLate = new Promise<never>((_, reject) => {
    const onAbort = (): void => {
      sleep(abortGraceMs, undefined, { signal: done.signal }).then(
        () => reject(new Error("aborted")),
        () => undefined,
      );
    };
    signal.addEventListener("abort", onAbort, { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([running, tooLate]);
  } finally {
    done.abort();
  }
}

function groupCalls(options: RunOptions, calls: readonly ToolCall[]): ToolCall[][] {
  const groups: ToolCall[][] = [];
  let previousReads = false;
  for (const call of calls) {
    const reads = options.tools.find((tool) => tool.name === call.name)?.risk === "read";
    const last = groups.at(-1);
    if (reads && previousReads && last) last.push(call);
    else groups.push([call]);
    previousReads = reads;
  }
  return groups;
}
