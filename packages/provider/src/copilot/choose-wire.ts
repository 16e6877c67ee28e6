import { ProviderError } from "../errors/provider-error.ts";
import { displayText } from "../errors/redact.ts";
import type { ModelInfo } from "../model/model-info.ts";
import { anthropicMessages } from "../wire/anthropic-messages/anthropic-messages.ts";
import { chatCompletions } from "../wire/chat-completions/chat-completions.ts";
import { responses } from "../wire/responses/responses.ts";
import type { WireFormat } from "../wire/wire-format.ts";

/** Knows on which wire each model is to be asked; see {@link createWireChooser}. */
export interface WireChooser {
  /** The wire for a model. Throws a `bad_request` `ProviderError` when we speak none that it answers on. */
  choose(id: string, info: ModelInfo | undefined): WireFormat;
  /** The best wire that has not been tried yet, after the service said that the model is not on those; `undefined`: none. */
  next(tried: readonly WireFormat[], id: string, info: ModelInfo | undefined): WireFormat | undefined;
  /** The model has answered on a wire that was not the first choice; it is asked there from now on. */
  remember(id: string, wire: WireFormat): void;
}

/** Families that think, and whose thoughts are lost from call to call on the chat wire. */
const THINKING_FAMILY = /^(?:gpt-5|o\d|.*codex)/i;
const CLAUDE_FAMILY = /^claude/i;

/** Whether a model that is not in the list reasons, by its name. */
export function probablyReasons(id: string): boolean {
  return THINKING_FAMILY.test(id);
}

/**
 * Chooses by what the list of models says about a model, and among several wires, or for a model that is not in the
 * list, by its family: `/responses` for the OpenAI models that reason, `/v1/messages` for Claude, which both keep the
 * thoughts between calls, and else `/chat/completions`.
 */
export function createWireChooser(): WireChooser {
  const switched = new Map<string, WireFormat>();

  return {
    choose(id, info) {
      const known = switched.get(id) ?? ranked(id, info)[0];
      if (known) return known;
      const endpoints = info?.endpoints.map((each) => displayText(each, 40)).join(" and ") || "no endpoint";
      throw new ProviderError(
        "bad_request",
        `The model "${displayText(id, 100)}" answers only on ${endpoints}, which this version does not speak.`,
        { hint: "Choose another model." },
      );
    },
    // The list may be what is wrong, so the wires that it does not name come last.
    next: (tried, id, info) =>
      [...ranked(id, info), ...ranked(id, undefined)].find((wire) => !tried.includes(wire)),
    remember: (id, wire) => void switched.set(id, wire),
  };
}

/** The wires that a model may be asked on, best first. */
function ranked(id: string, info: ModelInfo | undefined): WireFormat[] {
  const reasons = (info?.supports.reasoningEfforts.length ?? 0) > 0 || probablyReasons(id);
  const claude = CLAUDE_FAMILY.test(id) || info?.vendor === "Anthropic";
  const order = claude
    ? [anthropicMessages, chatCompletions, responses]
    : reasons
      ? [responses, chatCompletions, anthropicMessages]
      : [chatCompletions, responses, anthropicMessages];
  return info ? order.filter((wire) => info.endpoints.includes(wire.path)) : order;
}
