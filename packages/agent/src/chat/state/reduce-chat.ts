import type { ChatAction, ChatState } from "./chat-state.ts";
import { noticeMeanwhile, reduceEvent } from "./reduce-event.ts";

/** Folds an action into the screen. Pure. */
export function reduceChat(state: ChatState, action: ChatAction): ChatState {
  switch (action.type) {
    case "agent_event":
      return reduceEvent(state, action.event);
    case "replayed":
      return action.events.reduce(reduceEvent, state);
    case "notice":
      return noticeMeanwhile(state, action.level, action.text);
    case "connection_changed":
      return { ...state, connection: action.connection, model: undefined, models: [], quota: undefined };
    case "agent_ready":
      return { ...state, model: action.model, transcript: action.transcript };
    case "connecting_changed":
      // What an agent is busy with says more.
      if (state.activity && state.activity.type !== "connecting") return state;
      return { ...state, activity: action.isConnecting ? { type: "connecting" } : undefined };
    case "quota_changed":
      return { ...state, quota: action.quota };
    case "models_loaded":
      return { ...state, models: action.models };
    case "queued":
      return { ...state, queue: [...state.queue, action.text] };
    case "dequeued":
      return { ...state, queue: state.queue.slice(1) };
    case "queue_emptied":
      return state.queue.length === 0 ? state : { ...state, queue: [] };
    case "dialog_opened":
      return { ...state, dialog: action.request };
    case "dialog_closed":
      return state.dialog ? { ...state, dialog: undefined } : state;
    case "hint_changed":
      return state.hint === action.hint ? state : { ...state, hint: action.hint };
    case "left":
      return { ...state, isLeaving: true, dialog: undefined };
  }
}
