import type {
  Answer,
  AnswerOptions,
  AnswerScript,
  RefusedAnswer,
  ScriptedToolCall,
  SpokenAnswer,
} from "./answer.ts";

/**
 * Builds answers for `answerWith()` and the `answer` option.
 *
 * - `text(text)` says it, word by word.
 * - `toolCalls(calls, { text? })` calls tools, in the order given.
 * - `reasoning(text, answer)` thinks aloud before another answer.
 * - `sequence(answers)` plays one answer (or script) a request; a request too many is refused with 400.
 * - `error(status, body, headers?)` refuses.
 * - `stall(answer?, afterDeltas?)` falls silent, by default before the first delta.
 * - `cut(answer, afterDeltas, "reset" | "end")` breaks off in the middle.
 */
export const answer = {
  text(text: string, options: AnswerOptions = {}): SpokenAnswer {
    return { type: "spoken", text, toolCalls: [], ...options };
  },

  toolCalls(
    calls: readonly ScriptedToolCall[],
    options: AnswerOptions & { text?: string } = {},
  ): SpokenAnswer {
    return { type: "spoken", toolCalls: calls, ...options, text: options.text ?? "" };
  },

  reasoning(text: string, then: SpokenAnswer, opaque?: string): SpokenAnswer {
    return { ...then, reasoning: { text, ...(opaque === undefined ? {} : { opaque }) } };
  },

  sequence(answers: readonly (Answer | AnswerScript)[]): AnswerScript {
    let next = 0;
    return (request) => {
      const entry = answers[next];
      next += 1;
      if (entry === undefined) {
        const message = `The scripted sequence has ${answers.length} answers and this is request ${next}.`;
        return answer.error(400, { error: { message, code: "sequence_used_up" } });
      }
      return typeof entry === "function" ? entry(request) : entry;
    };
  },

  error(status: number, body: unknown, headers: Record<string, string> = {}): RefusedAnswer {
    return { type: "refused", status, body, headers };
  },

  stall(before: SpokenAnswer = answer.text(""), afterDeltas = 0): SpokenAnswer {
    return { ...before, breakOff: { afterDeltas, how: "stall" } };
  },

  cut(before: SpokenAnswer, afterDeltas: number, how: "reset" | "end" = "reset"): SpokenAnswer {
    return { ...before, breakOff: { afterDeltas, how } };
  },
};
