import { totalCost } from "@zotpilot/core";
import { costSentence, quotaSentence, usageSentence } from "../costs.ts";
import { say, type SlashCommand } from "./command.ts";

export const costCommand: SlashCommand = {
  name: "cost",
  aliases: ["usage"],
  summary: "what the conversation has used, and what is left of the account's allowances",
  run(_args, { transcript, lastCall, quota }) {
    const { usage, unmeasured, premiumRequests } = transcript;
    const isUnused = usage.inputTokens === 0 && unmeasured === 0;
    const lines = isUnused
      ? ["No answer in this conversation has told yet what it cost."]
      : [
          `this conversation: ${usageSentence(usage)}; ${costSentence(totalCost(usage, unmeasured, premiumRequests))}`,
          ...(lastCall
            ? [`the last call: ${usageSentence(lastCall.usage)}; ${costSentence(lastCall.cost)}`]
            : []),
        ];
    const left = [...(quota?.quotas ?? []), ...(quota?.windows ?? [])].map((one) => quotaSentence(one));
    const allowances = left.length > 0 ? left : ["what is left is not known: no answer has told it yet"];
    return say("info", [...lines, ...allowances].join("\n"));
  },
};
