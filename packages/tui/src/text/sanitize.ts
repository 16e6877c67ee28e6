import { tabWidth } from "./tab-width.ts";

/** Where {@link sanitizeChunk} stands between two chunks. Plain data: keep and compare it freely. */
export interface SanitizeState {
  readonly mode: Mode;
  /** The first half of a surrogate pair whose second half is still to come. */
  readonly held: string;
}

type Mode =
  | "text"
  /** After ESC. */
  | "escape"
  /** Within ESC [ or its one-character form: ends at a final character. */
  | "csi"
  /** Within OSC, DCS, APC, PM or SOS: ends at ST or BEL, and at a newline, so that little is lost when it never ends. */
  | "string"
  /** After ESC within one of these. */
  | "string_escape"
  /** After a carriage return, already written as a newline: a line feed adds nothing. */
  | "return";

/** Where every text begins. */
export const sanitizeStart: SanitizeState = { mode: "text", held: "" };

/** Options of {@link sanitizeChunk}. */
export interface SanitizeOptions {
  /** Leave tabs as they are instead of writing spaces. */
  keepTabs?: boolean;
}

/**
 * Removes from text of unknown origin whatever a terminal would obey instead of showing: escape sequences (CSI, OSC, DCS,
 * APC, PM, SOS, in 7-bit and 8-bit form), control characters, and characters that make text look other than it is
 * (bidirectional controls, tags, zero-width spaces). Newlines stay, a carriage return becomes one, a tab becomes spaces.
 *
 * Keeps its place between chunks: any way of cutting a text gives the same result as the whole text.
 */
export function sanitizeChunk(
  state: SanitizeState,
  chunk: string,
  options: SanitizeOptions = {},
): { state: SanitizeState; text: string } {
  const input = state.held + chunk;
  if (state.mode === "text" && harmless.test(input)) return { state: sanitizeStart, text: input };
  const tab = options.keepTabs ? "\t" : " ".repeat(tabWidth);
  let { mode } = state;
  let text = "";
  for (let index = 0; index < input.length; index++) {
    const code = input.codePointAt(index) ?? 0;
    if (index === input.length - 1 && code >= 0xd800 && code <= 0xdbff) {
      return { state: { mode, held: input.slice(index) }, text };
    }
    if (code > 0xffff) index++;
    const next = step(mode, code);
    mode = next.mode;
    if (next.shown) text += show(code, tab);
  }
  return { state: { mode, held: "" }, text };
}

/** {@link sanitizeChunk} for a text that is there as a whole. */
export function sanitizeTerminalText(text: string, options: SanitizeOptions = {}): string {
  const result = sanitizeChunk(sanitizeStart, text, options);
  return result.text + result.state.held;
}

const harmless = /^[\n\u0020-\u007e]*$/;

const escape = 0x1b;
const bell = 0x07;
const newline = 0x0a;
const carriageReturn = 0x0d;
/** 8-bit forms of ESC P, ESC X, ESC ], ESC ^ and ESC _. */
const stringStarts = new Set([0x90, 0x98, 0x9d, 0x9e, 0x9f]);

function step(mode: Mode, code: number): { mode: Mode; shown: boolean } {
  switch (mode) {
    case "text":
      return plainStep(code);
    case "return":
      return code === newline ? hidden("text") : plainStep(code);
    case "escape":
      if (code === 0x5b) return hidden("csi");
      if (code === 0x50 || code === 0x58 || (code >= 0x5d && code <= 0x5f)) return hidden("string");
      // Intermediate characters: the sequence goes on until a final one.
      if (code >= 0x20 && code <= 0x2f) return hidden("escape");
      if (code >= 0x30 && code <= 0x7e) return hidden("text");
      return plainStep(code);
    case "csi":
      if (code >= 0x40 && code <= 0x7e) return hidden("text");
      if (code >= 0x20 && code <= 0x3f) return hidden("csi");
      return plainStep(code);
    case "string":
      if (code === escape) return hidden("string_escape");
      if (code === bell || code === 0x9c || code === 0x18 || code === 0x1a) return hidden("text");
      if (code === newline || code === carriageReturn) return plainStep(code);
      return hidden("string");
    case "string_escape":
      // Escape within a string: a backslash ends it; anything else is an escape sequence of its own, which ends it as well.
      return code === 0x5c ? hidden("text") : step("escape", code);
  }
}

function plainStep(code: number): { mode: Mode; shown: boolean } {
  if (code === escape) return hidden("escape");
  if (code === 0x9b) return hidden("csi");
  if (stringStarts.has(code)) return hidden("string");
  if (code === carriageReturn) return { mode: "return", shown: true };
  return { mode: "text", shown: true };
}

function hidden(mode: Mode): { mode: Mode; shown: boolean } {
  return { mode, shown: false };
}

const invisible =
  /^[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]$/u;

function show(code: number, tab: string): string {
  if (code === newline || code === carriageReturn || code === 0x2028 || code === 0x2029) return "\n";
  if (code === 0x09) return tab;
  const character = String.fromCodePoint(code);
  return code >= 0x7f || code < 0x20 ? character.replace(invisible, "") : character;
}
