import { parseJsonObject } from "../../errors/error-body.ts";
import { list } from "../schema.ts";
import { readChoice } from "./schema.ts";

/** See {@link createTextTemplate}. */
export interface TextTemplate {
  /** The text of a chunk that differs from an earlier one in nothing but its text; `undefined`: it must be parsed. */
  match(data: string): string | undefined;
  /** Takes a parsed chunk that is a piece of text and nothing else. */
  learn(data: string, text: string): void;
}

/** After so many chunks that differ in more than their text, no more are learned. */
const TRIES = 8;
/** Text that stands in JSON as it is. */
// oxlint-disable-next-line no-control-regex -- JSON does not take them inside of a string
const PLAIN = /^[^"\\\u0000-\u001f]+$/;
const PROBE = "what stands here is the text";

/**
 * Reads most chunks of an answer without parsing them: one after the other they are the same to the letter, but for the
 * text. Between the same beginning and the same end a text without quotes and escapes can only mean itself. Whether the
 * place is the right one is tried out once, by parsing the chunk with another text in it.
 */
export function createTextTemplate(): TextTemplate {
  let start = "";
  let end = "";
  let tries = 0;

  return {
    match(data) {
      if (start === "" || data.length < start.length + end.length) return undefined;
      // Not startsWith and endsWith, which look at one character after the other and cost as much as parsing.
      if (data.slice(0, start.length) !== start || data.slice(-end.length) !== end) return undefined;
      const text = data.slice(start.length, -end.length);
      if (!PLAIN.test(text)) return undefined;
      tries = 0;
      return text;
    },
    learn(data, text) {
      if (tries === TRIES || !PLAIN.test(text)) return;
      tries += 1;
      const at = data.lastIndexOf(`"${text}"`) + 1;
      if (at === 0) return;
      const before = data.slice(0, at);
      const behind = data.slice(at + text.length);
      const probe = parseJsonObject(before + PROBE + behind);
      if (readChoice(list(probe?.["choices"])[0])?.delta.content !== PROBE) return;
      start = before;
      end = behind;
    },
  };
}
