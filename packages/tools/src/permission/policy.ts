import { parseRule, type Rule } from "./rule.ts";
import type { PolicyFile } from "./schema.ts";

/** Rules from one place. Of all layers together, `deny` beats `ask` beats `allow`. */
export interface PolicyLayer {
  /** Where the rules come from: a file, a flag. Shown to people. */
  source: string;
  allow: readonly Rule[];
  ask: readonly Rule[];
  deny: readonly Rule[];
  /** The folder that `allow` rules hold in; everywhere when there is none. */
  onlyIn?: string;
}

/** Where the broker gets its rules, and where it keeps what it is told to remember. */
export interface PolicySource {
  /** Asked for every call, so that a changed file counts at once. Rejects when a file cannot be trusted. */
  layers(): Promise<readonly PolicyLayer[]>;
  /** Keeps rules that allow, for this project. Without it "always" is not offered. */
  remember?(rules: readonly string[]): Promise<void>;
}

/** Rules as text, such as from a flag. */
export type PolicyRules = Omit<PolicyFile, "version">;

/** Makes a layer of rules. Throws a `ToolError` (`bad_rule`) for one that cannot be read. */
export function policyLayer(source: string, rules: PolicyRules, onlyIn?: string): PolicyLayer {
  return {
    source,
    allow: (rules.allow ?? []).map(parseRule),
    ask: (rules.ask ?? []).map(parseRule),
    deny: (rules.deny ?? []).map(parseRule),
    ...(onlyIn !== undefined && { onlyIn }),
  };
}

/** A policy that never changes: for embedders, and for a run with flags only. */
export function fixedPolicy(...layers: readonly PolicyLayer[]): PolicySource {
  return { layers: async () => layers };
}
