import type { ApprovalAnswer, ApprovalRequest, AskForApproval } from "../events/approval.ts";

/** Questions that wait for an answer which comes as a message: from a dialog, or another process. */
export interface Approvals {
  /** Says that somebody answers from now on; returns how to say that they are gone. See `Agent.attend`. */
  attend(): () => void;
  /** How to ask; undefined while nobody is there to answer. */
  approver(): AskForApproval | undefined;
  /** What waits now, oldest first. */
  list(): readonly ApprovalRequest[];
  /** Gives the answer. False when no such question waits, or when the answer is for another call. */
  respond(id: string, answer: ApprovalAnswer): boolean;
}

/** Makes a desk with nobody at it. */
export function createApprovals(): Approvals {
  const waiting = new Map<string, { request: ApprovalRequest; settle: (answer: ApprovalAnswer) => void }>();
  let attendants = 0;

  const ask: AskForApproval = (request, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const end = (): void => {
        signal.removeEventListener("abort", cancel);
        waiting.delete(request.id);
      };
      const cancel = (): void => {
        end();
        reject(signal.reason);
      };
      signal.addEventListener("abort", cancel, { once: true });
      waiting.set(request.id, {
        request,
        settle(answer) {
          end();
          resolve(answer);
        },
      });
    });

  return {
    attend() {
      attendants += 1;
      let isHere = true;
      return () => {
        if (!isHere) return;
        isHere = false;
        attendants -= 1;
        if (attendants > 0) return;
        const reason = "user cancelled: nobody is there any more to answer";
        for (const { request, settle } of waiting.values()) {
          settle({ digest: request.digest, decision: "deny", reason });
        }
      };
    },
    approver: () => (attendants > 0 ? ask : undefined),
    list: () => [...waiting.values()].map(({ request }) => request),
    respond(id, answer) {
      const entry = waiting.get(id);
      if (entry?.request.digest !== answer.digest) return false;
      entry.settle(answer);
      return true;
    },
  };
}
