import { strokesOf } from "@zotpilot/tui";
import { useInput } from "ink";

/** Calls back for each key, and for typed text. */
export function useChords(onChord: (chord: string) => void, onText?: (text: string) => void): void {
  useInput((input, key) => {
    for (const stroke of strokesOf(input, key)) {
      if (stroke.type === "chord") onChord(stroke.chord);
      else onText?.(stroke.text);
    }
  });
}
