import { rule, type Rule } from "./rule.ts";

/** Long, slow answers: something to interrupt. */
export const talkRules: readonly Rule[] = [
  rule(
    String.raw`(?:count|say the numbers)(?: slowly)?(?: from \d+)?(?: up)? to (?<to>\d+)(?: slowly)?\W*`,
    ({ to }) => ({ type: "count", to: Math.min(Math.max(Number(to), 1), 1000) }),
  ),
  rule(String.raw`count(?: slowly)?\W*`, () => ({ type: "count", to: 100 })),
  rule(
    String.raw`.*\b(?:slow(?:ly)?|long)\b.*\b(?:answer|reply|response|text)\b.*|.*\b(?:answer|reply|talk|speak)\s+slowly\b.*|.*\bstory\b.*|slow(?:ly)?\W*`,
    () => ({ type: "story" }),
  ),
];
