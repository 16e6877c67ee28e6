import * as fc from "fast-check";

/** A way to write text to a file, independent of the one that is tested. */
export interface Writing {
  name: string;
  mark: Buffer;
  /** Characters that it can hold. */
  characters: readonly string[];
  write(text: string): Buffer;
  read(bytes: Buffer): string;
}

const ASCII = ["a", "b", "x", " ", "\t", "$&", "..."];
const WIDE = ["ü", "é", "漢", "😀", "\u2028", "e\u0301"];

/** Characters of Windows-1252, with the byte of each that Latin-1 does not have. */
const WESTERN = new Map([
  ["€", 0x80],
  ["’", 0x92],
  ["“", 0x93],
  ["Ÿ", 0x9f],
]);

function western(text: string): Buffer {
  return Buffer.from(Array.from(text, (character) => WESTERN.get(character) ?? character.charCodeAt(0)));
}

const utf8 = (bytes: Buffer): string => bytes.toString("utf8");

export const WRITINGS: readonly Writing[] = [
  {
    name: "UTF-8",
    mark: Buffer.alloc(0),
    characters: [...ASCII, ...WIDE],
    write: (text) => Buffer.from(text),
    read: utf8,
  },
  {
    name: "UTF-8 with a mark",
    mark: Buffer.from([0xef, 0xbb, 0xbf]),
    characters: [...ASCII, ...WIDE],
    write: (text) => Buffer.from(text),
    read: utf8,
  },
  {
    name: "UTF-16LE",
    mark: Buffer.from([0xff, 0xfe]),
    characters: [...ASCII, ...WIDE],
    write: (text) => Buffer.from(text, "utf16le"),
    read: (bytes) => bytes.toString("utf16le"),
  },
  {
    name: "UTF-16BE",
    mark: Buffer.from([0xfe, 0xff]),
    characters: [...ASCII, ...WIDE],
    write: (text) => Buffer.from(text, "utf16le").swap16(),
    read: (bytes) => Buffer.from(bytes).swap16().toString("utf16le"),
  },
  {
    name: "Windows-1252",
    mark: Buffer.alloc(0),
    characters: [...ASCII, ...WESTERN.keys(), "ü", "é", "ß", "ÿ"],
    write: western,
    read: (bytes) =>
      Array.from(
        bytes,
        (byte) => [...WESTERN].find(([, own]) => own === byte)?.[0] ?? String.fromCharCode(byte),
      ).join(""),
  },
];

/** Lines with their endings: all alike, or mixed. */
export function textIn(writing: Writing, most = 6): fc.Arbitrary<string> {
  const words = fc
    .array(fc.constantFrom(...writing.characters), { maxLength: 6 })
    .map((parts) => parts.join(""));
  const alike = fc
    .tuple(fc.constantFrom("\n", "\r\n", "\r"), fc.array(words, { maxLength: most }))
    .map(([end, lines]) => lines.map((line) => line + end).join(""));
  const mixed = fc
    .array(fc.tuple(words, fc.constantFrom("\n", "\r\n", "\r", "")), { maxLength: most })
    .map((lines) => lines.flat().join(""));
  return fc.oneof(alike, mixed);
}
