import type { ApprovalAnswer, ApprovalRequest, AskForApproval } from "./broker.ts";

/** Requests that wait for an answer which comes from elsewhere: another process, a later message. */
export interface PendingApprovals {
  /** To be given to the broker. */
  ask: AskForApproval;
  /** What waits now. */
  list(): readonly ApprovalRequest[];
  /** Gives the answer to a request. False when there is none with this id, such as one that was answered before. */
  respond(id: string, answer: ApprovalAnswer): boolean;
  /** Refuses everything that waits. */
  refuseAll(reason: string): void;
}

/** Makes a desk for front ends that get their answers as messages. `announce` is told about each request. */
export function createPendingApprovals(announce: (request: ApprovalRequest) => void): PendingApprovals {
  const waiting = new Map<string, { request: ApprovalRequest; settle: (answer: ApprovalAnswer) => void }>();

  return {
    ask(request, signal) {
      return new Promise((resolve, reject) => {
        const cancel = (): void => {
          waiting.delete(request.id);
          reject(signal.reason instanceof Error ? signal.reason : new Error("cancelled"));
        };
        if (signal.aborted) return cancel();
        signal.addEventListener("abort", cancel, { once: true });
        waiting.set(request.id, {
          request,
          settle(answer) {
            signal.removeEventListener("abort", cancel);
            waiting.delete(request.id);
            resolve(answer);
          },
        });
        announce(request);
      });
    },
    list: () => [...waiting.values()].map(({ request }) => request),
    respond(id, answer) {
      const entry = waiting.get(id);
      entry?.settle(answer);
      return entry !== undefined;
    },
    refuseAll(reason) {
      for (const { request, settle } of waiting.values()) {
        settle({ digest: request.digest, decision: "deny", reason });
      }
    },
  };
}
