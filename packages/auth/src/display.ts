/** GitHub's tokens have a prefix by which they can be told from other text. */
const tokens = /(gh[a-z]_|github_pat_)[A-Za-z0-9_]+/g;

/**
 * Text from outside, made safe to print on one line: control characters, invisible and direction-changing ones become
 * `\u{…}`, tokens keep only their prefix, and what is longer than `limit` characters is cut.
 */
export function displayText(text: string, limit = 200): string {
  const masked = text.replace(tokens, "$1…");
  const cut = masked.length > limit ? `${masked.slice(0, limit)}…` : masked;
  return cut.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** A shorter one is none, and blotting it out would spoil ordinary words. */
const shortestSecret = 16;

/** The text with a known secret blotted out. */
export function withoutSecret(text: string, secret: string): string {
  return secret.length < shortestSecret ? text : text.replaceAll(secret, "[secret…]");
}
