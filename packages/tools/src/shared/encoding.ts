import { isUtf8 } from "node:buffer";
import { cutStart } from "./text.ts";
import { ToolError } from "./tool-error.ts";

/**
 * How text stands in a file. It is worked on in units, one in each place of a string: bytes, or pairs of bytes where
 * characters are made of those. Every file can be read as units and written back without a change, whether or not it
 * keeps to its encoding.
 */
export interface TextEncoding {
  name: "UTF-8" | "UTF-16LE" | "UTF-16BE" | "Windows-1252";
  unitBytes: 1 | 2;
  toUnits(bytes: Buffer): string;
  fromUnits(units: string): Buffer;
  /** Text as units; undefined when it holds a character that the encoding lacks. */
  encode(text: string): string | undefined;
  /** Units as text; what is no text becomes U+FFFD. */
  decode(units: string): string;
}

export const UTF_8: TextEncoding = {
  name: "UTF-8",
  unitBytes: 1,
  toUnits: (bytes) => bytes.toString("latin1"),
  fromUnits: (units) => Buffer.from(units, "latin1"),
  encode: (text) => Buffer.from(text).toString("latin1"),
  decode: (units) => Buffer.from(units, "latin1").toString("utf8"),
};

const UTF_16LE: TextEncoding = {
  name: "UTF-16LE",
  unitBytes: 2,
  toUnits: (bytes) => bytes.toString("utf16le"),
  fromUnits: (units) => Buffer.from(units, "utf16le"),
  encode: (text) => text,
  decode: (units) => units.toWellFormed(),
};

const UTF_16BE: TextEncoding = {
  ...UTF_16LE,
  name: "UTF-16BE",
  toUnits: (bytes) => swapped(bytes).toString("utf16le"),
  fromUnits: (units) => swapped(Buffer.from(units, "utf16le")),
};

/** What Windows-1252 has from 0x80 to 0x9f, where Latin-1 has control characters. */
const UPPER = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

const WINDOWS_1252: TextEncoding = {
  name: "Windows-1252",
  unitBytes: 1,
  toUnits: UTF_8.toUnits,
  fromUnits: UTF_8.fromUnits,
  encode(text) {
    const units = text.replaceAll(/[^\0-\x7f\xa0-\xff]/g, (character) => {
      const place = UPPER.indexOf(character);
      return place === -1 ? "\u0100" : String.fromCharCode(0x80 + place);
    });
    return units.includes("\u0100") ? undefined : units;
  },
  decode: (units) => units.replaceAll(/[\x80-\x9f]/g, (unit) => UPPER[unit.charCodeAt(0) - 0x80] ?? unit),
};

/** How many bytes from the start of a file decide whether it is text. */
const SNIFF_BYTES = 8192;

/** How many bytes from the start of a file decide about its encoding, so that a part of it is read as the whole is. */
const JUDGED_BYTES = 256 * 1024;

/** How many bytes from its start tell all about the encoding of a file: a character more than is judged. */
export const HEAD_BYTES = JUDGED_BYTES + 4;

/**
 * The encodings that parts of a text may have, most likely first; a text that keeps to none has two, with the same
 * units. Throws a {@link ToolError} (`not_text`) for what is binary.
 */
export function encodingsOf(bytes: Buffer, shown: string): readonly [TextEncoding, ...TextEncoding[]] {
  const mark = bytes.toString("latin1", 0, 4);
  // UTF-32 has a mark that begins like that of UTF-16.
  if (mark.startsWith("\xff\xfe") && mark !== "\xff\xfe\0\0") return [UTF_16LE];
  if (mark.startsWith("\xfe\xff")) return [UTF_16BE];
  if (bytes.subarray(0, SNIFF_BYTES).includes(0)) {
    throw new ToolError("not_text", `${shown} looks binary; use bash (file, xxd, strings) to look into it`);
  }
  if (isUtf8(bytes)) return [UTF_8];
  const head = cutStart(bytes, JUDGED_BYTES);
  return mark.startsWith("\xef\xbb\xbf") || isUtf8(head) || isMostlyUtf8(head)
    ? [UTF_8, WINDOWS_1252]
    : [WINDOWS_1252, UTF_8];
}

/** Text as units of an encoding. Throws a {@link ToolError} (`bad_input`) that names the first character it lacks. */
export function encodeFor(text: string, encoding: TextEncoding, name: string, shown: string): string {
  const units = encoding.encode(text);
  if (units !== undefined) return units;
  const lacking = Array.from(text).find((character) => encoding.encode(character) === undefined) ?? "";
  const code = `U+${(lacking.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  throw new ToolError(
    "bad_input",
    `${name} holds ${lacking} (${code}), which the encoding of ${shown}, ${encoding.name}, cannot hold; ` +
      "use another character, or convert the file with iconv first. Nothing was written.",
  );
}

const MARK = "\ufeff";

/** Text as it is written over a file, and what is to be said about its encoding. */
export interface EncodedText {
  bytes: Buffer;
  encoding: TextEncoding["name"];
  /** For people and the model; empty for plain UTF-8 that was plain UTF-8 before. */
  note: string;
}

/**
 * Text as it is written over a file that starts with `head`: in its encoding, with its byte order mark, and in plain
 * UTF-8 when there is none to keep or it lacks a character.
 */
export function encodeLike(text: string, head: Buffer): EncodedText {
  const old = encodingOrNone(head);
  const hasMark = old?.decode(old.toUnits(head.subarray(0, 4))).startsWith(MARK) ?? false;
  const units = old?.encode(hasMark && !text.startsWith(MARK) ? MARK + text : text);
  if (!old || units === undefined) {
    const note = old ? `now UTF-8, because ${old.name} lacks a character of it` : "";
    return { bytes: Buffer.from(text), encoding: "UTF-8", note };
  }
  const plain = old.name === "UTF-8" ? "" : old.name;
  const note = hasMark ? `${old.name} with a byte order mark` : plain;
  return { bytes: old.fromUnits(units), encoding: old.name, note };
}

function encodingOrNone(head: Buffer): TextEncoding | undefined {
  try {
    return encodingsOf(head, "")[0];
  } catch {
    // What was binary is no model for text.
    return undefined;
  }
}

/** Whether text that is not quite UTF-8 has more characters of it than bytes that fit nowhere. */
function isMostlyUtf8(bytes: Buffer): boolean {
  let characters = 0;
  let strays = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) continue;
    const more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    let found = 0;
    while (found < more && ((bytes[at + found + 1] ?? 0) & 0xc0) === 0x80) found += 1;
    if (byte < 0xc2 || byte > 0xf4 || found < more) {
      strays += 1;
    } else {
      characters += 1;
      at += more;
    }
  }
  return characters >= strays;
}

function swapped(bytes: Buffer): Buffer {
  // Half a pair at the end is nobody's character.
  return Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2))).swap16();
}
