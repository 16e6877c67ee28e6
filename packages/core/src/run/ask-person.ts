import type { ApprovalAnswer, AskForApproval } from "../events/approval.ts";
import type { AgentEvent } from "../events/event.ts";

/**
 * Asks as `ask` does, until the run is stopped, and tells that it is asked and that it no longer waits: one of each,
 * whatever happens.
 */
export function tellAsked(
  ask: AskForApproval,
  stopped: AbortSignal,
  tell: (event: AgentEvent) => void,
): AskForApproval {
  return async (request, given) => {
    const signal = AbortSignal.any([given, stopped]);
    signal.throwIfAborted();
    tell({ type: "approval_request", request });
    let answer: ApprovalAnswer | undefined;
    try {
      answer = await ask(request, signal);
      return answer;
    } finally {
      const { decision = "deny", reason } = answer ?? { reason: "cancelled" };
      const why = decision === "deny" && reason !== undefined ? { reason } : {};
      tell({ type: "approval_response", requestId: request.id, decision, ...why });
    }
  };
}
