import type { ToolMiddleware } from "@zotpilot/core";

/** More than what any of our own tools gives, so that it only cuts those that know no limit of their own. */
const MAX_CHARACTERS = 64 * 1024;

/** How much of a result reaches the model. */
export interface LimitOutputOptions {
  /** Characters of all text in a result together. 65,536 when left out. */
  maxCharacters?: number;
}

/**
 * Makes a middleware that keeps the beginning and the end of a result that is too long, with a note between them of how
 * much is missing. Images are left as they are.
 */
export function limitOutput({ maxCharacters = MAX_CHARACTERS }: LimitOutputOptions = {}): ToolMiddleware {
  return (next) => async (call, context) => {
    const result = await next(call, context);
    let room = maxCharacters;
    const content = result.content.map((part) => {
      if (part.type !== "text") return part;
      const text = shorten(part.text, room);
      room -= Math.min(room, part.text.length);
      return { ...part, text };
    });
    return { ...result, content };
  };
}

function shorten(text: string, room: number): string {
  if (text.length <= room) return text;
  const head = Math.ceil((room * 3) / 4);
  const tail = room - head;
  const left = text.length - room;
  const end = tail === 0 ? "" : text.slice(-tail);
  return `${text.slice(0, head)}\n... [${left} characters left out here; ask for less at a time]\n${end}`.toWellFormed();
}
