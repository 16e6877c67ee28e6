/**
 * Text from outside, made safe to print on one line: control characters, invisible and direction-changing ones become
 * `\u{…}`, and what is longer than `limit` characters is cut.
 */
export function displayText(text: string, limit = 200): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return cut.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
