import { totalCost, type Cost } from "@zotpilot/core";
import type { Usage } from "@zotpilot/provider/model";
import { creditsText, quotaSentence } from "../costs.ts";
import { say, type SlashCommand } from "./command.ts";

export const costCommand: SlashCommand = {
  name: "cost",
  aliases: ["usage"],
  summary: "what the conversation has used, and what is left of the account's allowances",
  run(_args, { transcript: { usage, unmeasured }, lastCall, quota }) {
    const isUnused = usage.inputTokens === 0 && unmeasured === 0;
    const lines = isUnused
      ? ["Nothing was asked in this conversation yet."]
      : [
          `this conversation: ${usageText(usage)}; ${costText(totalCost(usage, unmeasured))}`,
          ...(lastCall ? [`the last call: ${usageText(lastCall.usage)}; ${costText(lastCall.cost)}`] : []),
        ];
    const left = [...(quota?.quotas ?? []), ...(quota?.windows ?? [])].map((one) => quotaSentence(one));
    const allowances = left.length > 0 ? left : ["what is left is not known: no answer has told it yet"];
    return say("info", [...lines, ...allowances].join("\n"));
  },
};

function usageText(usage: Usage | null): string {
  if (!usage) return "the service did not say how many tokens";
  const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens } = usage;
  const parts = [
    `${inputTokens} tokens sent${cachedInputTokens > 0 ? ` (${cachedInputTokens} of them cached)` : ""}`,
    `${outputTokens} answered${reasoningTokens > 0 ? ` (${reasoningTokens} of them reasoning)` : ""}`,
  ];
  return parts.join(", ");
}

function costText({ credits, reason }: Cost): string {
  if (credits === null) return `cost unknown: ${reason ?? "the service did not say"}`;
  return `${creditsText(credits)}${reason === undefined ? "" : ` at least: ${reason}`}`;
}
