import type { ToolCall } from "@zotpilot/provider/model";
import { messageOf } from "../errors.ts";
import type { AgentEvent } from "../events/event.ts";
import { toolResult } from "../events/schema.ts";
import { repairArguments } from "../tools/repair-arguments.ts";
import { errorResult, type ToolContext, type ToolResult } from "../tools/tool.ts";
import { tellAsked } from "./ask-person.ts";
import { createChannel, type Channel } from "./channel.ts";
import { maxCallsAnswer } from "./limits.ts";
import type { RunOptions } from "./run-agent.ts";
import { createSlots } from "./slots.ts";
import { accessOf, conflict, type ToolAccess } from "./tool-access.ts";

const defaultAbortGraceMs = 5_000;

/** So many calls run side by side at most: a model that asks for a thousand files may not use up the system's. */
const maxSideBySide = 16;

/** So many pieces of progress wait at most for a reader that is slow; more are dropped, as live events may be. */
const maxProgressWaiting = 256;

/**
 * Runs the calls of one answer side by side, except that a call waits for those before it that it could get in the way
 * of: one of the two may change something, and they share a file or cannot say which files they touch. Results come in
 * asked order. Every call is answered by exactly one `tool_message`, also after an abort. Arguments in a form that a
 * model is known to confuse are repaired here; the conversation keeps what the model wrote. Throws only what the clock
 * throws.
 */
export async function* runToolCalls(
  options: RunOptions,
  asked: readonly ToolCall[],
): AsyncGenerator<AgentEvent, void> {
  const tools = new Map(options.tools.map((tool) => [tool.name, tool]));
  // Before anybody decides about a call, so that what was approved is what runs.
  const calls = asked.map((call) => repairArguments(tools.get(call.name), call));
  const accesses = await Promise.all(calls.map((call) => accessOf(tools.get(call.name), call, options.cwd)));
  const channel = createChannel<AgentEvent>();
  const slots = createSlots(maxSideBySide);
  const results: Promise<ToolResult>[] = [];
  for (const [index, call] of calls.entries()) {
    const access = accesses[index] ?? { changes: true };
    const before = results.filter((_, earlier) => conflict(accesses[earlier] ?? { changes: true }, access));
    const notRun = index >= maxCallsAnswer;
    results.push(
      Promise.all(before).then(() =>
        notRun ? errorResult(tooMany) : slots(() => runCall(options, call, channel)),
      ),
    );
  }
  // Each result is told as soon as all before it are there: what is told is kept, should the program die.
  tellInOrder(options, calls, accesses, results, channel).then(
    () => channel.close(),
    (error: unknown) => channel.fail(error),
  );
  yield* channel;
}

const tooMany = `not run: an answer may call at most ${maxCallsAnswer} tools; call again for the rest`;

async function tellInOrder(
  options: RunOptions,
  calls: readonly ToolCall[],
  accesses: readonly ToolAccess[],
  results: readonly Promise<ToolResult>[],
  channel: Channel<AgentEvent>,
): Promise<void> {
  for (const [index, result] of results.entries()) {
    const { content, isError, details } = await result;
    const { id = "", name = "" } = calls[index] ?? {};
    const at = options.now().toISOString();
    const { changes, files } = accesses[index] ?? { changes: false };
    const changed = changes && !isError && files && files.size > 0 ? [...files] : undefined;
    channel.push({
      type: "tool_message",
      message: { role: "tool", callId: id, name, content, isError, at, ...(details && { details }) },
      ...(changed && { files: changed }),
    });
  }
}

/** Runs one call from its `tool_start` to its `tool_end`. Never rejects. */
async function runCall(
  options: RunOptions,
  call: ToolCall,
  channel: Channel<AgentEvent>,
): Promise<ToolResult> {
  const startedAt = performance.now();
  channel.push({ type: "tool_start", call });
  let finished = false;
  const context: ToolContext = {
    cwd: options.cwd,
    signal: options.signal,
    progress: (text: string) => {
      // Tools may be written in any language, and events are plain JSON.
      if (typeof text !== "string") return;
      if (finished || channel.waiting >= maxProgressWaiting) return;
      channel.push({ type: "tool_progress", callId: call.id, text });
    },
    get ask() {
      const ask = options.approver?.();
      return ask && tellAsked(ask, options.signal, (event) => channel.push(event));
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
  const durationMs = Math.round(performance.now() - startedAt);
  channel.push({ type: "tool_end", callId: call.id, isError: result.isError, durationMs });
  return result;
}

/** A tool that does not notice the abort may not keep the person waiting. */
async function withAbortGrace(
  running: Promise<ToolResult>,
  signal: AbortSignal,
  graceMs: number,
): Promise<ToolResult> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  const tooLate = new Promise<ToolResult>((resolve) => {
    const text = "aborted: the call did not stop when asked to and may still be running";
    onAbort = () => void (timer = setTimeout(() => resolve(errorResult(text)), graceMs));
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([running, tooLate]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** Middlewares and hosts of other languages may return anything; only what can be read back goes on. */
function checked(result: unknown): ToolResult {
  const parsed = toolResult.safeParse(result);
  return parsed.success ? parsed.data : errorResult("the tool returned no result");
}
