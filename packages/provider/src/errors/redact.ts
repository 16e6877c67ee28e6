/** What looks like a secret and must never reach a person's screen, a log or another machine. */
const SECRETS: readonly RegExp[] = [
  /github_pat_[A-Za-z0-9_]+/g,
  /gh[a-z]_[A-Za-z0-9_]+/g,
  // An exchanged Copilot token: key=value pairs that begin with the tracking id.
  /\btid=[^\s"'<>]*/g,
  // What follows these words, unless it is an ordinary word, as in "token expired".
  /\b(?:bearer|token|basic)\s+(?=\S*\d|\S{20})[A-Za-z0-9._~+/=;:-]{8,}/gi,
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  // User name and password inside a URL.
  /(?<=:\/\/)[^\s/@"'<>]+(?=@)/g,
];

/** Replaces everything that looks like a token or a password by `[redacted]`. */
export function redact(text: string): string {
  let result = text;
  for (const pattern of SECRETS) result = result.replace(pattern, "[redacted]");
  return result;
}

/**
 * Makes text from a stranger fit for a message: secrets redacted, control characters and line ends turned into
 * spaces, cut to `limit` characters.
 */
export function displayText(text: string, limit = 300): string {
  // Cut before matching too: a pattern must never run over megabytes. The margin keeps a cut secret recognisable.
  const plain = redact(text.slice(0, limit * 4))
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ")
    .trim();
  return plain.length > limit ? `${plain.slice(0, limit).trimEnd()}…` : plain;
}
