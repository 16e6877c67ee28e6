import type { Cost } from "@zotpilot/core";
import type { CopilotQuota, CopilotUsageWindow } from "@zotpilot/provider";
import type { Usage } from "@zotpilot/provider/model";

/** Tokens in words; null when the service did not tell them. */
export function usageSentence(usage: Usage | null): string {
  if (!usage) return "the service did not say how many tokens";
  const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens } = usage;
  const parts = [
    `${inputTokens} tokens sent${cachedInputTokens > 0 ? ` (${cachedInputTokens} of them cached)` : ""}`,
    `${outputTokens} answered${reasoningTokens > 0 ? ` (${reasoningTokens} of them reasoning)` : ""}`,
  ];
  return parts.join(", ");
}

/** A cost in words, or why it is not known. */
export function costSentence({ credits, reason, premiumRequests }: Cost): string {
  const premium =
    premiumRequests === undefined
      ? ""
      : `; on plans that count them, ${round(premiumRequests)} premium requests`;
  if (credits === null) return `cost unknown: ${reason ?? "the service did not say"}${premium}`;
  return `${creditsText(credits)}${reason === undefined ? "" : ` at least: ${reason}`}${premium}`;
}

/** Copilot's AI credits in words. */
export function creditsText(credits: number): string {
  const shown = credits === 0 ? "0" : credits < 0.01 ? "<0.01" : credits.toFixed(credits < 10 ? 2 : 1);
  return `${shown} ${shown === "1.00" ? "credit" : "credits"}`;
}

/** What is left of an allowance or a window of use; what the service did not tell is not made up. */
export function quotaSentence(quota: CopilotQuota | CopilotUsageWindow, resetsAt?: string): string {
  const name = quota.name.replaceAll("_", " ");
  if ("unlimited" in quota && quota.unlimited) return `${name}: unlimited`;
  const reset = quota.resetsAt ?? resetsAt;
  return `${name}: ${leftOf(quota)}${reset === undefined ? "" : `, starts anew ${reset}`}`;
}

function leftOf(quota: CopilotQuota | CopilotUsageWindow): string {
  if ("entitlement" in quota && quota.entitlement !== undefined && quota.remaining !== undefined) {
    return `${round(quota.remaining)} of ${round(quota.entitlement)} left`;
  }
  return quota.percentRemaining === undefined ? "not told" : `${Math.round(quota.percentRemaining)} % left`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
