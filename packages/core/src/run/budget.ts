import type { Usage } from "@zotpilot/provider/model";
import { CoreError } from "../errors.ts";

/** What an agent may spend, over all its prompts. */
export interface BudgetLimits {
  /** At most so many model calls, tries again and summaries included. */
  maxRequests?: number;
  /** At most so many of Copilot's AI credits. */
  maxCredits?: number;
}

/** Keeps count of what was spent. */
export interface Budget {
  /** Why the next model call must not be made; undefined when it may. */
  refusal(): CoreError | undefined;
  /** A model call is being made. */
  asked(): void;
  /** A model call has cost this; null when the service did not say. Returns a sentence when a limit became blind. */
  spent(usage: Usage | null): string | undefined;
}

const nanoPerCredit = 1e9;

/**
 * Starts a budget. What a call will cost is known only afterwards, so the last one's cost stands for the next one's: the
 * call that would go over the limit is not made.
 */
export function createBudget(limits: BudgetLimits): Budget {
  const { maxRequests, maxCredits } = limits;
  let requests = 0;
  let nano = 0;
  let lastNano = 0;
  let blind = false;
  return {
    refusal() {
      if (maxRequests !== undefined && requests >= maxRequests) {
        return new CoreError("request_limit", `the limit of ${maxRequests} model requests is reached`);
      }
      if (maxCredits !== undefined && nano + Math.max(lastNano, 1) > maxCredits * nanoPerCredit) {
        const spent = (nano / nanoPerCredit).toFixed(3);
        return new CoreError(
          "credit_limit",
          `the limit of ${maxCredits} AI credits is reached: ${spent} are spent, and another call like the last would exceed it`,
        );
      }
      return undefined;
    },
    asked() {
      requests += 1;
    },
    spent(usage) {
      if (usage?.nanoAiu !== undefined) {
        lastNano = usage.nanoAiu;
        nano += usage.nanoAiu;
        return undefined;
      }
      if (maxCredits === undefined || blind) return undefined;
      blind = true;
      return "the service does not say what this call cost, so the limit of AI credits cannot be kept";
    },
  };
}
