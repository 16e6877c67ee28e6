type State = "text" | "escape" | "sequence" | "string" | "string_escape";

const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;

/**
 * Makes a function that takes text piece by piece and leaves out what only a terminal understands: colours, cursor
 * movements, titles, every other control character but tab and line feed. A carriage return (alone or before a line
 * feed) and a NUL end a line. However the text is cut into pieces, the result is the same.
 */
export function createTextCleaner(): (text: string) => string {
  let state: State = "text";
  let afterReturn = false;
  // Kept from piece to piece: a flood would leave one behind for each, faster than they are collected.
  let kept = new Uint16Array(0);

  return (text) => {
    if (state === "text" && !afterReturn && !CONTROL.test(text)) return text;
    // A string that grows by single characters would cost ten times as much.
    if (kept.length < text.length) kept = new Uint16Array(text.length);
    let length = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      // What breaks a sequence off does not belong to it.
      if (state !== "text") {
        state = breaksOff(code) ? "text" : next(state, code);
        if (!breaksOff(code)) continue;
      }
      const endsReturn = afterReturn && code === LINE_FEED;
      afterReturn = code === CARRIAGE_RETURN;
      if (endsReturn) continue;
      if (!isControl(code)) kept[length++] = code;
      else if (code === CARRIAGE_RETURN || code === 0) kept[length++] = LINE_FEED;
      else state = introducedBy(code);
    }
    return Buffer.from(kept.buffer, 0, length * 2).toString("utf16le");
  };
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

function isControl(code: number): boolean {
  return (code < 0x20 && code !== 0x09 && code !== LINE_FEED) || (code >= 0x7f && code <= 0x9f);
}

function introducedBy(code: number): State {
  if (code === 0x1b) return "escape";
  if (code === 0x9b) return "sequence";
  return code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f) ? "string" : "text";
}

function next(state: Exclude<State, "text">, code: number): State {
  switch (state) {
    case "escape":
      if (code === 0x1b) return "escape";
      if (code === 0x5b) return "sequence";
      // DCS, SOS, OSC, PM, APC
      if (code === 0x50 || code === 0x58 || code === 0x5d || code === 0x5e || code === 0x5f) return "string";
      return code >= 0x20 && code <= 0x2f ? "escape" : "text";
    case "sequence":
      if (code === 0x1b) return "escape";
      return code >= 0x20 && code <= 0x3f ? "sequence" : "text";
    case "string":
      if (code === 0x1b) return "string_escape";
      return code === 0x07 || code === 0x9c ? "text" : "string";
    case "string_escape":
      return code === 0x5c ? "text" : next("escape", code);
    default:
      return state satisfies never;
  }
}

/** A line feed, or a character that no sequence holds, ends one that was never finished. */
function breaksOff(code: number): boolean {
  return code === LINE_FEED || code === CARRIAGE_RETURN || code === 0x18 || code === 0x1a;
}
