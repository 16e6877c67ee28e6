import type { Key } from "ink";

/** What a person did on the keyboard: typed text, or pressed a key that stands for an action. */
export type Stroke =
  | { readonly type: "text"; readonly text: string }
  /** For example `enter`, `ctrl+a`, `alt+left`, `shift+enter`; modifiers in the order ctrl, alt, shift. */
  | { readonly type: "chord"; readonly chord: string };

const named: readonly [keyof Key, string][] = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageup"],
  ["pageDown", "pagedown"],
  ["home", "home"],
  ["end", "end"],
  ["return", "enter"],
  ["escape", "escape"],
  ["tab", "tab"],
  ["backspace", "backspace"],
  ["delete", "delete"],
];

/** Turns what Ink's `useInput` hands over into strokes. Key releases give none. */
export function strokesOf(input: string, key: Key): Stroke[] {
  if (key.eventType === "release") return [];
  const name = named.find(([flag]) => key[flag] === true)?.[1];
  // Esc pressed twice quickly arrives as alt+escape; it means the same.
  if (name === "escape") return [chord("escape", {})];
  if (name) return [chord(name, { ctrl: key.ctrl, alt: key.meta, shift: key.shift })];
  if (input === "") return [];
  if (key.ctrl || key.meta) {
    return [chord(input.toLowerCase(), { ctrl: key.ctrl, alt: key.meta, shift: key.shift })];
  }
  return typedStrokes(input);
}

/**
 * A terminal may hand over several keys at once. A return at the very end is the Enter key of somebody who types fast
 * (or of a script); returns in the middle are a paste of a terminal that does not mark pastes.
 */
function typedStrokes(input: string): Stroke[] {
  const body = input.replace(/\r$/, "");
  if (/[\r\n]/.test(body) && body.length > 1) return [{ type: "text", text: input }];
  const strokes: Stroke[] = [];
  for (const piece of input.match(/[\u0000-\u001f]|[^\u0000-\u001f]+/g) ?? []) {
    const code = piece.charCodeAt(0);
    if (code >= 0x20) strokes.push({ type: "text", text: piece });
    else if (piece === "\r") strokes.push(chord("enter", {}));
    else if (piece === "\t") strokes.push(chord("tab", {}));
    // The letter that the control character is made from: 0x01 is ctrl+a.
    else strokes.push(chord(String.fromCharCode(code + (code <= 26 ? 96 : 64)), { ctrl: true }));
  }
  return strokes;
}

function chord(name: string, modifiers: { ctrl?: boolean; alt?: boolean; shift?: boolean }): Stroke {
  const { ctrl, alt, shift } = modifiers;
  return {
    type: "chord",
    chord: `${ctrl ? "ctrl+" : ""}${alt ? "alt+" : ""}${shift ? "shift+" : ""}${name}`,
  };
}
