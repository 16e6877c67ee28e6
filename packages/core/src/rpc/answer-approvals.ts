import type { RpcRequest } from "./protocol.ts";
import type { WireEvent } from "./wire.ts";

/** What a server asks about a call: the fields of its `approval_request`. */
export interface RpcApproval {
  id: string;
  /** Stands for exactly this call. The client repeats it by itself. */
  digest: string;
  call_id: string;
  /** The tool, and what it would get; null when the model wrote no JSON, and then the call fails. */
  name: string;
  args: unknown;
  cwd: string;
  risk: "read" | "write" | "execute";
  /** Why it is asked. */
  reasons: string[];
  command?: string;
  /** The files that it would write, and the hosts that it would reach. */
  writes: string[];
  hosts: string[];
  /** What `remember` would permit from now on; when there is nothing, it permits this call alone. */
  remember: string[];
}

/** What is answered to an {@link RpcApproval}. */
export interface RpcApprovalAnswer {
  decision: "allow" | "deny";
  /** `session`: as long as the server runs. `project`: kept for this project. Only with `allow`. */
  remember?: "session" | "project";
  /** Told to the model when it is refused. */
  reason?: string;
}

/** Answers an approval. The signal is aborted when it no longer waits, for example because the run was stopped. */
export type RpcApprovalHandler = (
  approval: RpcApproval,
  options: { signal: AbortSignal },
) => RpcApprovalAnswer | Promise<RpcApprovalAnswer>;

/** Makes a reader of events that answers what is asked. An error of the handler is a refusal. */
export function answerApprovals(
  handler: RpcApprovalHandler,
  send: (request: RpcRequest) => Promise<unknown>,
): (event: WireEvent | Error) => void {
  const open = new Map<string, AbortController>();

  async function answer(approval: RpcApproval): Promise<void> {
    const { id, digest, remember } = approval;
    const controller = new AbortController();
    open.set(id, controller);
    const deny: RpcApprovalAnswer = { decision: "deny", reason: "user cancelled: the question failed" };
    // In a function of its own: a handler may throw before it returns a promise.
    const given = await (async () => handler(approval, { signal: controller.signal }))().catch(() => deny);
    const fitting = remember.length > 0 ? given : { ...given, remember: undefined };
    // What the server does not take must not leave the call waiting for ever.
    for (const said of [fitting, deny]) {
      if (open.get(id) !== controller) return;
      try {
        await send({ type: "respond", request_id: id, digest, ...said });
        break;
      } catch {
        continue;
      }
    }
    open.delete(id);
  }

  function settled(id: string): void {
    open.get(id)?.abort();
    open.delete(id);
  }

  return (event) => {
    if (event instanceof Error) for (const id of open.keys()) settled(id);
    else if (event.type === "approval_request") void answer(event as unknown as RpcApproval);
    else if (event.type === "approval_response") settled(String(event["id"]));
  };
}
