import type { PageSource } from "./page.ts";

/** Which UTF-16 a file is, told by its byte order mark. */
export function utf16Order(start: Buffer): "utf-16le" | "utf-16be" | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  return start[0] === 0xfe && start[1] === 0xff ? "utf-16be" : undefined;
}

/** A UTF-16 text as something that pages can be read from, in UTF-8. */
export function asUtf8(bytes: Buffer, order: "utf-16le" | "utf-16be"): PageSource {
  const text = Buffer.from(new TextDecoder(order).decode(bytes), "utf8");
  return {
    async read(buffer, offset, length, position) {
      return { bytesRead: text.copy(buffer, offset, position, Math.min(text.length, position + length)) };
    },
  };
}
