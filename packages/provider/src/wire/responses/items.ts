import { displayText } from "../../errors/redact.ts";
import type { ModelEvent } from "../../model/event.ts";
import type { ReasoningOrigin } from "../../model/message.ts";
import { createTextMeter, type AnswerErrors } from "../answer-error.ts";
import { createGrowingCalls, type GrowingCall } from "../growing-calls.ts";
import { isSameJson } from "../schema.ts";
import { packState } from "./path.ts";
import type { OutputItem } from "./schema.ts";

interface Place {
  type: string;
  call?: GrowingCall;
  /** Which parts of it have given text, and how many characters. */
  spoken: Map<number, number>;
  isDone: boolean;
}

/** Most items of one answer, and most parts of an item. */
const ITEM_LIMIT = 10_000;

/**
 * The items of one answer, by their place in it: the ids that Copilot gives are new in every event, only the place
 * stays. What an item says when it is done fills in for parts of which no piece ever came.
 */
export function createItems(errors: AnswerErrors, origin: ReasoningOrigin) {
  const measure = createTextMeter(errors);
  const calls = createGrowingCalls(errors);
  const places = new Map<number, Place>();
  let hasText = false;
  let refused = false;

  function placeOf(index: number, type: string): Place {
    let place = places.get(index);
    if (!place) {
      if (places.size === ITEM_LIMIT) throw errors.invalid("it has too many parts", { retryable: false });
      place = { type, spoken: new Map(), isDone: false };
      places.set(index, place);
    }
    return place;
  }

  function mark({ spoken }: Place, part: number, length: number): void {
    if (spoken.size === ITEM_LIMIT) throw errors.invalid("it has too many parts", { retryable: false });
    spoken.set(part, (spoken.get(part) ?? 0) + length);
  }

  function say(index: number, part: number, text: string, isRefusal: boolean, out: ModelEvent[]): void {
    if (text === "") return;
    measure(text.length);
    mark(placeOf(index, "message"), part, text.length);
    out.push({ type: "text_delta", text });
    hasText = true;
    refused ||= isRefusal;
  }

  function think(index: number, part: number, text: string, out: ModelEvent[]): void {
    if (text === "") return;
    measure(text.length);
    const place = placeOf(index, "reasoning");
    // Each part is a thought with a headline of its own.
    const gap = place.spoken.size > 0 && !place.spoken.has(part) ? "\n\n" : "";
    mark(place, part, text.length);
    out.push({ type: "reasoning_delta", text: gap + text, origin, block: index });
  }

  function callAt(index: number, item: OutputItem | undefined, out: ModelEvent[]): GrowingCall {
    const place = placeOf(index, "function_call");
    place.call ??= calls.open(item?.callId ?? "");
    if (item) calls.add(place.call, item.name, "", out);
    return place.call;
  }

  /** The arguments as a whole. Pieces that do not add up to them mean that one was lost. */
  function settle(call: GrowingCall, whole: string, out: ModelEvent[]): void {
    if (whole === "") return;
    if (call.length === 0) calls.add(call, "", whole, out);
    else if (!isSameJson(call.arguments(), whole)) {
      throw errors.invalid(`a part of the call of the tool ${displayText(call.name, 64)} was lost`);
    }
  }

  return {
    calls,
    say,
    think,
    hasText: () => hasText,
    refused: () => refused,
    has: (index: number) => places.has(index),
    begin(index: number, item: OutputItem, out: ModelEvent[]): void {
      if (places.has(index)) throw errors.invalid("two of its parts have the same place");
      if (item.type === "function_call") {
        const call = callAt(index, item, out);
        calls.add(call, "", item.arguments, out);
      } else placeOf(index, item.type);
    },
    appendArguments(index: number, json: string, out: ModelEvent[]): void {
      const call = places.get(index)?.call;
      if (!call) throw errors.invalid("it has arguments without a call");
      calls.add(call, "", json, out);
    },
    settleArguments(index: number, whole: string, out: ModelEvent[]): void {
      const call = places.get(index)?.call;
      if (call) settle(call, whole, out);
    },
    finish(index: number, item: OutputItem, out: ModelEvent[]): void {
      const place = placeOf(index, item.type);
      if (place.isDone) return;
      place.isDone = true;
      if (item.type === "function_call") settle(callAt(index, item, out), item.arguments, out);
      if (item.type === "message") {
        item.content.forEach(({ text, isRefusal }, part) => {
          const said = place.spoken.get(part);
          if (said === undefined) say(index, part, text, isRefusal, out);
          else if (said < text.length) throw errors.invalid("a part of its text was lost");
        });
      }
      if (item.type === "reasoning") {
        if (place.spoken.size === 0) item.thoughts.forEach((text, part) => think(index, part, text, out));
        if (item.encrypted === "") return;
        measure(item.encrypted.length);
        const opaque = packState(item.id, item.encrypted);
        out.push({ type: "reasoning_delta", text: "", opaque, origin, block: index });
      }
    },
  };
}
