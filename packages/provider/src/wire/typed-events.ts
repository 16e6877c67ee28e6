import { parseJsonObject } from "../errors/error-body.ts";
import type { ModelEvent } from "../model/event.ts";
import type { AnswerErrors } from "./answer-error.ts";
import type { AnswerDecoder } from "./wire-format.ts";

/**
 * What the wires do alike whose events have types and whose streams end with an event of its own: each event is read
 * strictly, and a stream without its last one was cut off.
 */
export function readTypedEvents(options: {
  errors: AnswerErrors;
  /** Takes an event; true when the answer is complete. */
  take: (event: Record<string, unknown>, out: ModelEvent[]) => boolean;
  /** Throws the error that a body reports. */
  refuse: (body: Record<string, unknown>) => void;
  /** Whether the answer has begun. */
  hasBegun: () => boolean;
}): Omit<AnswerDecoder, "json"> {
  const { errors, take, refuse, hasBegun } = options;
  return {
    data(data, torn, out) {
      const value = parseJsonObject(data);
      if (value) return take(value, out);
      const harmless = torn || data.trim() === "" || data.trim() === "[DONE]";
      // Every event but the last few carries a piece of the answer, and an answer with a hole is not one.
      if (!harmless) throw errors.invalid("a part of it could not be read");
      return false;
    },
    strayLine(line) {
      const value = parseJsonObject(line);
      if (value && "error" in value) refuse(value);
    },
    end() {
      throw errors.invalid(
        hasBegun() ? "the answer was cut off before the model finished" : "the answer ended before it began",
      );
    },
  };
}
