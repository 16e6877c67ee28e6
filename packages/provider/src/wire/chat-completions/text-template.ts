import { parseJsonObject } from "../../errors/error-body.ts";
import { list } from "../schema.ts";
import { bytePattern, standsAt, type BytePattern } from "./byte-pattern.ts";
import { readChoice } from "./schema.ts";

/** See {@link createTextTemplate}. */
export interface TextTemplate {
  /**
   * Reads the events that begin at `at` as long as they differ from an earlier one in nothing but their text. Returns
   * their text and where it stopped; what it stops at must be parsed.
   */
  skim(stream: Uint8Array, at: number): Skimmed;
  /** Takes the data of a parsed chunk that is a piece of text and nothing else. */
  learn(data: string, text: string): void;
}

/** What was read without parsing. */
export interface Skimmed {
  text: string;
  next: number;
}

/** What all events are alike in; between the two stands the text. */
interface Form {
  before: string;
  behind: string;
  start: BytePattern;
  end: BytePattern;
}

/** After so many chunks that differ in more than their text, no more are learned. */
const TRIES = 8;
/** Text that stands in JSON as it is. */
// oxlint-disable-next-line no-control-regex -- JSON does not take them inside of a string
const PLAIN = /^[^"\\\u0000-\u001f]+$/;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const PROBE = "what stands here is the text";

/**
 * Reads most events of an answer without parsing them: one after the other they are the same to the letter, but for the
 * text. Between the same beginning and the same end a text without quotes and escapes can only mean itself. Whether the
 * place is the right one is tried out once, by parsing the chunk with another text in it.
 */
export function createTextTemplate(): TextTemplate {
  let form: Form | undefined;
  let said = Buffer.alloc(0);
  let tries = 0;

  return {
    skim(stream, at) {
      if (!form) return { text: "", next: at };
      if (said.length < stream.length) said = Buffer.allocUnsafe(stream.length);
      const skimmed = readTexts(form, stream, at, said);
      // The mark of a character that is none, in most cases: whoever parses it says so.
      if (skimmed.text.includes("\ufffd")) return { text: "", next: at };
      if (skimmed.next > at) tries = 0;
      return skimmed;
    },
    learn(data, text) {
      if (tries === TRIES || !PLAIN.test(text)) return;
      tries += 1;
      const at = data.lastIndexOf(`"${text}"`) + 1;
      if (at === 0) return;
      const before = data.slice(0, at);
      const behind = data.slice(at + text.length);
      if (form?.before === before && form.behind === behind) return;
      const probe = parseJsonObject(before + PROBE + behind);
      if (readChoice(list(probe?.["choices"])[0])?.delta.content !== PROBE) return;
      form = { before, behind, start: bytePattern(`data: ${before}`), end: bytePattern(`${behind}\n\n`) };
    },
  };
}

/**
 * The loop that nearly every byte of a long answer goes through. It works on bytes, because to make strings of what is
 * the same each time costs as much as all the rest, and stands alone, so that it is compiled once and not for each answer.
 */
function readTexts({ start, end }: Form, stream: Uint8Array, at: number, said: Buffer): Skimmed {
  const size = stream.length;
  const view = new DataView(stream.buffer, stream.byteOffset, size);
  let length = 0;
  let next = at;
  while (standsAt(start, view, next)) {
    const from = next + start.length;
    let to = from;
    let more = length;
    for (; to < size; to += 1) {
      const byte = view.getUint8(to);
      if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break;
      said[more] = byte;
      more += 1;
    }
    if (to === from || !standsAt(end, view, to)) break;
    length = more;
    next = to + end.length;
  }
  return { text: said.toString("utf8", 0, length), next };
}
