/** The MIME type of a png, jpeg, gif or webp file, told by its first bytes; `undefined` for everything else. */
export function imageType(start: Buffer): string | undefined {
  const text = start.subarray(0, 16).toString("latin1");
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) return "image/gif";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "image/webp";
  return undefined;
}
