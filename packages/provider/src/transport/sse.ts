import { createParser } from "eventsource-parser";
import { ProviderError } from "../errors/provider-error.ts";

/** What a {@link createServerSentEventReader} reports. */
export interface ServerSentEventCallbacks {
  /** The data of an event. `torn`: the stream ended inside its last line, so the data may be incomplete. */
  onData(data: string, torn: boolean): void;
  /** A line that begins with `{`: not of the format, but services end a broken stream with a bare JSON error. */
  onStrayLine(line: string): void;
}

/** Turns bytes into events; see {@link createServerSentEventReader}. */
export interface ServerSentEventReader {
  feed(bytes: Uint8Array): void;
  /** The body has ended. Gives out what is left; true when the last line was unfinished. */
  end(): boolean;
}

/** Longest line or event, in characters. */
const LINE_LIMIT = 16 * 1024 * 1024;
/** Most events in one answer. */
const EVENT_LIMIT = 1_000_000;
const STRAY_LIMIT = 64 * 1024;

/**
 * Reads a stream of server-sent events: any chunking, LF, CR and CRLF, comments, a byte order mark, several data lines
 * in an event. Oversized lines and endless streams are an `invalid_response` {@link ProviderError}.
 */
export function createServerSentEventReader(callbacks: ServerSentEventCallbacks): ServerSentEventReader {
  const decoder = new TextDecoder();
  let events = 0;
  let ending = false;
  let unfinished = false;
  let stray: string | undefined;
  let lineStart = true;

  const parser = createParser({
    maxBufferSize: LINE_LIMIT,
    onEvent: (event) => {
      events += 1;
      if (events > EVENT_LIMIT) throw tooLarge(`more than ${EVENT_LIMIT} events`);
      callbacks.onData(event.data, ending && unfinished);
    },
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") throw tooLarge("an oversized event");
    },
  });

  /** The parser drops lines that are not of the format; those that begin with `{` are collected beside it. */
  function collectStray(text: string): void {
    let at = 0;
    while (at < text.length) {
      if (stray !== undefined) {
        const end = endOfLine(text, at);
        if (stray.length < STRAY_LIMIT) stray += text.slice(at, end).slice(0, STRAY_LIMIT);
        if (end === text.length) return;
        finishStray();
        at = end;
        lineStart = true;
      } else if (lineStart && text[at] === "{") {
        stray = "";
      } else {
        const next = nextBrace(text, at);
        if (next === -1) break;
        at = next;
        lineStart = true;
      }
    }
    const last = text.at(-1);
    if (last !== undefined) lineStart = last === "\n" || last === "\r";
  }

  function finishStray(): void {
    const line = stray ?? "";
    stray = undefined;
    callbacks.onStrayLine(line);
  }

  function take(text: string): void {
    if (text === "") return;
    const last = text.at(-1);
    unfinished = last !== "\n" && last !== "\r";
    collectStray(text);
    parser.feed(text);
  }

  return {
    feed: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end() {
      take(decoder.decode());
      ending = true;
      if (stray !== undefined) finishStray();
      parser.feed("\n\n");
      return unfinished;
    },
  };
}

function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) return at;
  }
  return text.length;
}

/** Where a `{` follows a line end, at or after `from`. */
function nextBrace(text: string, from: number): number {
  const feed = text.indexOf("\n{", from);
  const carriage = text.indexOf("\r{", from);
  if (feed === -1) return carriage === -1 ? -1 : carriage + 1;
  return (carriage === -1 ? feed : Math.min(feed, carriage)) + 1;
}

function tooLarge(what: string): ProviderError {
  return new ProviderError("invalid_response", `The answer was stopped: the service sent ${what}.`);
}
