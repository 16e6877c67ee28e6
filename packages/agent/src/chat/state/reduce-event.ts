import { reduceTranscript, type AgentEvent, type DetailedToolMessage } from "@zotpilot/core";
import type { ToolCall, UserMessage } from "@zotpilot/provider/model";
import { sanitizeChunk, sanitizeStart, sanitizeTerminalText } from "@zotpilot/tui";
import { safeLine } from "../../errors.ts";
import type { Block, NoticeLevel } from "./block.ts";
import { summarizeCall, writtenBy } from "./call-summary.ts";
import type { ChatState, LiveTool } from "./chat-state.ts";
import { errorText } from "./error-text.ts";
import { addText, beginAnew, emptyLiveText, endText, wholeText } from "./live-text.ts";
import { shownResult } from "./tool-result.ts";

/** So much of what a running tool says is kept; only its last lines are shown. */
const outputLimit = 4_000;

/** Folds an event of the agent into the screen. Pure; what comes out of it is safe to show. */
export function reduceEvent(state: ChatState, event: AgentEvent): ChatState {
  const transcript = reduceTranscript(state.transcript, event);
  return reduceShown(transcript === state.transcript ? state : { ...state, transcript }, event);
}

function reduceShown(state: ChatState, event: AgentEvent): ChatState {
  switch (event.type) {
    case "run_start":
      return { ...state, activity: { type: "waiting" }, hint: undefined };
    case "user_message":
      return append(flushText(state), [{ type: "user", text: userText(event.message) }]);
    case "turn_start":
      return { ...flushText(state), activity: { type: "waiting" } };
    case "response_start":
      return { ...state, activity: { type: "waiting" } };
    case "reasoning_delta":
      return state.activity?.type === "thinking" ? state : { ...state, activity: { type: "thinking" } };
    case "text_delta": {
      const { live, blocks } = addText(state.text, event.text);
      return append({ ...state, text: live, streamed: true, activity: { type: "answering" } }, blocks);
    }
    case "tool_input_start": {
      const tool = newTool(event.callId, event.name);
      const flushed = flushText(state);
      return { ...flushed, tools: [...state.tools, tool], activity: { type: "tools" } };
    }
    case "assistant_message":
      return reduceAssistantMessage(state, event.message.content);
    case "tool_start":
      return { ...startTool(state, event.call), activity: { type: "tools" } };
    case "tool_progress":
      return updateTool(state, event.callId, (tool) => {
        const { state: sanitizer, text } = sanitizeChunk(tool.sanitizer, event.text);
        return { ...tool, sanitizer, output: (tool.output + text).slice(-outputLimit) };
      });
    case "tool_end":
      return updateTool(state, event.callId, (tool) => ({
        ...tool,
        status: event.isError ? "failed" : "done",
      }));
    case "tool_message":
      return reduceToolMessage(state, event.message);
    case "retry": {
      const seconds = Math.ceil(event.delayMs / 1000);
      const text = `${errorText(event.error)} Trying again in ${seconds} s`;
      const { activity } = state;
      return {
        ...state,
        activity: activity?.type === "compacting" ? { ...activity, text } : { type: "retrying", text },
      };
    }
    case "run_end": {
      const dialog = state.dialog?.type === "approval" ? undefined : state.dialog;
      const ended = { ...flushTools(flushText(state)), activity: undefined, dialog };
      if (event.reason === "aborted") return notice(ended, "info", "stopped");
      if (event.reason === "error") return notice(ended, "error", errorText(event.error));
      return ended;
    }
    case "model_changed":
      return { ...state, model: event.model };
    case "cleared":
      return notice(
        state,
        "info",
        "The conversation starts anew; what stands above is no longer part of it.",
      );
    case "notice":
      return notice(state, event.level, event.text);
    case "compacted":
      return notice(state, "info", "The conversation was summarised to make room; all of it stays on disk.");
    case "compaction_start":
      return { ...state, activity: { type: "compacting", before: state.activity } };
    case "compaction_end": {
      const { activity } = state;
      const ended = activity?.type === "compacting" ? { ...state, activity: activity.before } : state;
      return event.error ? notice(ended, "warning", errorText(event.error)) : ended;
    }
    case "approval_request":
    case "approval_response":
    case "session_named":
    case "turn_end":
    case "tool_input_delta":
    case "tool_input_end":
      return state;
    case "usage":
      // A summary is no part of the conversation, whose context this is about.
      if (event.auxiliary) return state;
      return { ...state, lastCall: { usage: event.turn, cost: event.cost.turn } };
  }
}

/** Puts a notice into the scrollback, behind all that was said before. */
export function notice(state: ChatState, level: NoticeLevel, text: string): ChatState {
  return append(flushText(state), [noticeBlock(level, text)]);
}

/** Puts a notice between the lines of an answer that is being written; the line that is not finished comes behind it. */
export function noticeMeanwhile(state: ChatState, level: NoticeLevel, text: string): ChatState {
  return append({ ...state, text: beginAnew(state.text) }, [noticeBlock(level, text)]);
}

function noticeBlock(level: NoticeLevel, text: string): Block {
  return { type: "notice", level, text: sanitizeTerminalText(text).trim() };
}

function append(state: ChatState, blocks: readonly Block[]): ChatState {
  return blocks.length === 0 ? state : { ...state, blocks: [...state.blocks, ...blocks] };
}

function flushText(state: ChatState): ChatState {
  if (state.text === emptyLiveText) return state;
  return append({ ...state, text: emptyLiveText }, endText(state.text));
}

/** Calls that never got their message: the run broke off before they could. */
function flushTools(state: ChatState): ChatState {
  const blocks = state.tools
    .filter((tool) => tool.status !== "preparing")
    .map((tool): Block => finished(tool, tool.status === "running" ? "failed" : tool.status));
  return append({ ...state, tools: [] }, blocks);
}

function reduceAssistantMessage(
  state: ChatState,
  content: Extract<AgentEvent, { type: "assistant_message" }>["message"]["content"],
): ChatState {
  let next = flushText(state);
  const calls: LiveTool[] = [];
  for (const part of content) {
    if (part.type === "text" && !state.streamed) next = append(next, wholeText(part.text));
    if (part.type === "tool_call") {
      calls.push({ ...newTool(part.id, part.name), ...calledWith(part) });
    }
  }
  // Calls that began but are not part of the message were cut off; they never run.
  return { ...next, tools: calls, streamed: false };
}

function startTool(state: ChatState, call: ToolCall): ChatState {
  const known = state.tools.some((tool) => tool.callId === call.id);
  const withTool = known ? state : { ...state, tools: [...state.tools, newTool(call.id, call.name)] };
  return updateTool(withTool, call.id, (tool) => ({
    ...tool,
    status: "running",
    ...calledWith(call),
  }));
}

function reduceToolMessage(state: ChatState, message: DetailedToolMessage): ChatState {
  const tool =
    state.tools.find(({ callId }) => callId === message.callId) ?? newTool(message.callId, message.name);
  const tools = state.tools.filter(({ callId }) => callId !== message.callId);
  const shown = { ...tool, ...shownResult(message, tool.written) };
  return append({ ...state, tools }, [finished(shown, message.isError ? "failed" : "done")]);
}

function newTool(callId: string, name: string): LiveTool {
  return {
    callId,
    name: safeLine(name),
    summary: "",
    status: "preparing",
    output: "",
    sanitizer: sanitizeStart,
  };
}

function calledWith(call: ToolCall): Pick<LiveTool, "summary" | "written"> {
  return { summary: summarizeCall(call), written: writtenBy(call) };
}

function updateTool(state: ChatState, callId: string, update: (tool: LiveTool) => LiveTool): ChatState {
  if (!state.tools.some((tool) => tool.callId === callId)) return state;
  return { ...state, tools: state.tools.map((tool) => (tool.callId === callId ? update(tool) : tool)) };
}

function finished(tool: LiveTool, status: "done" | "failed" | "preparing"): Block {
  const { sanitizer: _sanitizer, written: _written, ...view } = tool;
  return { type: "tool", tool: { ...view, status } };
}

function userText(message: UserMessage): string {
  const parts = message.content.map((part) => (part.type === "text" ? part.text : "[image]"));
  return sanitizeTerminalText(parts.join("\n")).trimEnd();
}
