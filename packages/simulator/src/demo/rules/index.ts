import { askRules } from "./ask.ts";
import { changeRules } from "./change.ts";
import { findRules } from "./find.ts";
import { germanRules } from "./german.ts";
import { readRules } from "./read.ts";
import type { Rule } from "./rule.ts";
import { runRules } from "./run.ts";
import { talkRules } from "./talk.ts";

/**
 * Tried in order; the first that fits and makes a task wins. Commands come first, because their words mean nothing
 * else; reading comes last, because nearly everything can be "shown".
 */
export const RULES: readonly Rule[] = [
  ...runRules,
  ...talkRules,
  ...changeRules,
  ...germanRules,
  ...findRules,
  ...askRules,
  ...readRules,
];
