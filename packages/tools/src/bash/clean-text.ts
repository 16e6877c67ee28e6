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

  return (text) => {
    if (state === "text" && !afterReturn && !CONTROL.test(text)) return text;
    let cleaned = "";
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (state === "text") {
        if (afterReturn) {
          afterReturn = false;
          if (code === 0x0a) {
            from = at + 1;
            continue;
          }
        }
        if (!isControl(code)) continue;
        cleaned += text.slice(from, at);
        from = at + 1;
        if (code === 0x0d || code === 0) cleaned += "\n";
        afterReturn = code === 0x0d;
        state = introducedBy(code);
        continue;
      }
      state = next(state, code);
      // What ends a sequence without belonging to it is looked at again.
      if (state === "text" && breaksOff(code)) at -= 1;
      from = at + 1;
    }
    return state === "text" ? cleaned + text.slice(from) : cleaned;
  };
}

function isControl(code: number): boolean {
  return (code < 0x20 && code !== 0x09 && code !== 0x0a) || (code >= 0x7f && code <= 0x9f);
}

function introducedBy(code: number): State {
  if (code === 0x1b) return "escape";
  if (code === 0x9b) return "sequence";
  return code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f) ? "string" : "text";
}

function next(state: Exclude<State, "text">, code: number): State {
  switch (state) {
    case "escape":
      if (code === 0x5b) return "sequence";
      // DCS, SOS, OSC, PM, APC
      if (code === 0x50 || code === 0x58 || code === 0x5d || code === 0x5e || code === 0x5f) return "string";
      return code >= 0x20 && code <= 0x2f ? "escape" : "text";
    case "sequence":
      return code >= 0x20 && code <= 0x3f ? "sequence" : "text";
    case "string":
      if (code === 0x1b) return "string_escape";
      return code === 0x07 || code === 0x9c || breaksOff(code) ? "text" : "string";
    case "string_escape":
      return code === 0x5c || breaksOff(code) ? "text" : "string";
    default:
      return state satisfies never;
  }
}

/** A line feed, or a character that no sequence holds, ends one that was never finished: what follows is text. */
function breaksOff(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x18 || code === 0x1a;
}
