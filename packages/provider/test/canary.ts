import { inspect } from "node:util";
import { expect } from "vitest";

/** Everything of an error that a person or a log could get to see. */
export function everythingOf(error: unknown): string {
  const parts = [
    String(error),
    inspect(error, { depth: 10, showHidden: true }),
    JSON.stringify(error) ?? "",
    JSON.stringify(error, Object.getOwnPropertyNames(error)) ?? "",
  ];
  for (let current = error, depth = 0; current instanceof Error && depth < 10; depth += 1) {
    parts.push(current.message, current.stack ?? "", inspect(current, { depth: 10 }), jsonOf(current));
    current = current.cause;
  }
  return parts.join("\n");
}

/** Certificates, which some errors of the network hold, go round in circles. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

/** Fails if an error shows a secret or a telling piece of one: its signature, its end, or a long part of its middle. */
export function expectNoSecret(error: unknown, secrets: Iterable<string>): void {
  const shown = everythingOf(error);
  for (const secret of secrets) {
    const pieces = [secret, secret.slice(-24), secret.slice(8, 40), encodeURIComponent(secret)];
    for (const piece of pieces) {
      if (piece.length >= 8) expect(shown.includes(piece), "a secret is shown").toBe(false);
    }
  }
}
