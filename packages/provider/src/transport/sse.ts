import { createParser } from "eventsource-parser";
import { ProviderError } from "../errors/provider-error.ts";

/** What a {@link createServerSentEventReader} reports. */
export interface ServerSentEventCallbacks {
  /** The data of an event. `torn`: the stream ended inside its last line, so the data may be incomplete. */
  onData(data: string, torn: boolean): void;
  /** A line that begins with `{`: not of the format, but services end a broken stream with a bare JSON error. */
  onStrayLine(line: string): void;
  /**
   * Takes whole events that it knows the form of, from `at` on, where an event begins, and returns where it stopped:
   * a short cut past the parser.
   */
  skim?(bytes: Uint8Array, at: number): number;
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
/** After so many events in a row that could not be skimmed, the rest of the packet is not tried. */
const MISSES = 4;

/**
 * Reads a stream of server-sent events: any chunking, LF, CR and CRLF, comments, a byte order mark, several data lines
 * in an event. Oversized lines, endless streams and bytes that are not UTF-8 are an `invalid_response` {@link ProviderError}.
 */
export function createServerSentEventReader(callbacks: ServerSentEventCallbacks): ServerSentEventReader {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let events = 0;
  let ending = false;
  let unfinished = false;
  let stray: string | undefined;
  let lineStart = true;
  /** Whether what comes next begins an event, as far as is known. */
  let betweenEvents = true;

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
    betweenEvents = text.endsWith("\n\n");
  }

  /** The characters of some bytes. One that is none would change a text, or the arguments of a tool, unseen. */
  function decode(bytes: Uint8Array): string {
    try {
      return decoder.decode(bytes, { stream: true });
    } catch {
      throw notUtf8();
    }
  }

  return {
    feed(bytes) {
      let at = 0;
      const { skim } = callbacks;
      if (skim) {
        // Events that are not of the form go to the parser one by one, but where there are many, the rest does at once.
        for (let misses = 0; misses < MISSES;) {
          const next = betweenEvents ? skim(bytes, at) : at;
          misses = next === at ? misses + 1 : 0;
          if (next > at) unfinished = false;
          at = endOfEvent(bytes, next);
          if (next < at) take(decode(bytes.subarray(next, at)));
          if (at === bytes.length) return;
        }
      }
      take(decode(bytes.subarray(at)));
    },
    end() {
      try {
        decoder.decode();
      } catch {
        // It ended inside of a character.
        unfinished = true;
      }
      ending = true;
      if (stray !== undefined) finishStray();
      parser.feed("\n\n");
      return unfinished;
    },
  };
}

/** Where the event ends that begins at `from`. */
function endOfEvent(bytes: Uint8Array, from: number): number {
  const blank = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf("\n\n", from);
  return blank === -1 ? bytes.length : blank + 2;
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

/** The error for an answer that is not UTF-8. */
export function notUtf8(): ProviderError {
  return new ProviderError(
    "invalid_response",
    "The answer was stopped: the service sent bytes that are not UTF-8 text.",
    { retryable: true },
  );
}
