import { realpathSync } from "node:fs";
import { randomUUID } from "node:crypto";
import {
  errorResult,
  type ApprovalRequest,
  type AskForApproval,
  type ToolContext,
  type ToolMiddleware,
  type ToolResult,
  type ToolRisk,
} from "@zotpilot/core";
import type { GuardedContext, IsForbidden } from "../shared/forbidden-files.ts";
import type { ToolCall } from "../shared/tool-call.ts";
import { callFacts, type CallFacts } from "./call-facts.ts";
import { decide, type Decision } from "./decide.ts";
import { callDigest } from "./digest.ts";
import { policyLayer, type PolicyLayer, type PolicySource } from "./policy.ts";
import { sensitivePaths, type SensitivePaths } from "./sensitive-paths.ts";

/** How an approval broker is to behave. */
export interface ApprovalBrokerOptions {
  policy: PolicySource;
  /** Who is asked. When left out, whoever attends the agent; when nobody does, what would be asked is refused. */
  ask?: AskForApproval;
  /** What a tool may do at worst. A tool that it does not know counts as `execute`. */
  risk: (tool: string) => ToolRisk | undefined;
  /** The folder that relative rules start from. */
  project: string;
  /** Further folders in which deleting is part of the work. */
  roots?: readonly string[];
  sensitive?: SensitivePaths;
  /** Who acts; an approval for one account is none for another. */
  account?: () => string;
  /** How long an answer may take, in milliseconds. Default: as long as the call lives. */
  timeoutMs?: number;
  /** Told about every call, before it runs or is refused. */
  onDecision?: (decided: {
    call: ToolCall;
    effect: "allow" | "deny";
    reasons: readonly string[];
    asked: boolean;
    /** Whether it was refused only because nobody could be asked, and a rule could permit it. */
    canBePermitted: boolean;
  }) => void;
}

/** What became of a call; with the reason when it must not run. */
type Settled = { refused?: string; asked: boolean; canBePermitted?: boolean };

/** Decides about calls; one for all front ends. */
export interface ApprovalBroker {
  middleware: ToolMiddleware;
  /** What would become of a call, without asking anybody and without running it. */
  preview(call: ToolCall, cwd: string): Promise<Decision>;
}

/**
 * Makes the one place where it is decided whether a call may run: `deny` rules beat `ask` rules beat `allow` rules,
 * reading runs, and everything else is asked about. What is refused becomes an error result for the model.
 *
 * An approval is for the call as it was shown, told by its digest. Two requests are never open at once. Rules that
 * cannot be read, an answer that does not fit, and an error while asking all mean no.
 */
export function createApprovalBroker(options: ApprovalBrokerOptions): ApprovalBroker {
  const { policy, onDecision } = options;
  const sensitive = options.sensitive ?? sensitivePaths();
  const project = realOf(options.project);
  const roots = [project, ...(options.roots ?? []).map(realOf)];
  let session: PolicyLayer[] = [];
  let queue: Promise<unknown> = Promise.resolve();
  let before: Promise<unknown> = Promise.resolve();

  async function judge(call: ToolCall, cwd: string): Promise<{ decision: Decision; facts: CallFacts }> {
    const facts = await callFacts(call, cwd, options.risk(call.name) ?? "execute");
    const layers = [...(await policy.layers()), ...session];
    return { facts, decision: await decide(facts, { cwd, project, roots, layers, sensitive }) };
  }

  async function askAbout(call: ToolCall, context: ToolContext): Promise<Settled> {
    const { cwd, signal } = context;
    // Somebody may have said "always" to the one before.
    const { decision, facts } = await judge(call, cwd);
    if (decision.effect === "deny") return { refused: refusal(decision), asked: false };
    if (decision.effect === "allow") return { asked: false };
    // At the last moment: who answers may have come or gone while this waited.
    const ask = options.ask ?? context.ask;
    if (!ask) {
      const { canBePermitted } = decision;
      return { refused: nobodyToAsk(decision), asked: false, canBePermitted };
    }
    const digest = digestOf(call, cwd);
    const request: ApprovalRequest = {
      id: randomUUID(),
      digest,
      call: { ...call },
      cwd,
      risk: facts.risk,
      reasons: decision.reasons,
      ...(facts.command !== undefined && { command: facts.command }),
      writes: facts.paths.filter(({ access }) => access === "write").map(({ real }) => real),
      hosts: facts.hosts,
      remember: policy.remember ? decision.remember : [],
    };
    const until =
      options.timeoutMs === undefined
        ? signal
        : AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]);
    signal.throwIfAborted();
    const answer = await untilAborted(ask(request, until), until).catch(() => undefined);
    signal.throwIfAborted();
    if (answer?.decision !== "allow")
      return { refused: answer?.reason ?? (answer ? "user declined" : "user cancelled"), asked: true };
    if (answer.digest !== digest) return { refused: "the answer was for another call", asked: true };
    // A link may have been swapped while somebody read where it leads.
    const now = await judge(call, cwd);
    if (now.decision.effect === "deny") return { refused: refusal(now.decision), asked: true };
    const moved = facts.paths.find(({ real }, index) => now.facts.paths[index]?.real !== real);
    if (moved) return { refused: `${moved.shown} leads elsewhere since it was approved`, asked: true };
    if (answer.remember !== undefined && decision.remember.length > 0) {
      if (answer.remember === "project") await policy.remember?.(decision.remember);
      else session = [...session, policyLayer("this session", { allow: decision.remember }, project)];
    }
    return { asked: true };
  }

  function digestOf(call: ToolCall, cwd: string): string {
    const account = options.account?.();
    return callDigest({ call, cwd, ...(account !== undefined && { account }) });
  }

  async function settle(call: ToolCall, context: ToolContext): Promise<Settled> {
    // However long looking at a call takes: people are asked about calls in the order in which they were made.
    const judged = judge(call, context.cwd);
    judged.catch(() => undefined);
    const inOrder = before.then(() => judged);
    before = inOrder.catch(() => undefined);
    const { decision } = await inOrder;
    if (decision.effect === "allow") return { asked: false };
    if (decision.effect === "deny") return { refused: refusal(decision), asked: false };
    const turn = queue.then(() => askAbout(call, context));
    queue = turn.catch(() => undefined);
    return turn;
  }

  async function forbiddenFiles(): Promise<IsForbidden> {
    const layers = await policy.layers();
    const rules = layers.flatMap(({ deny, ask }) => [...deny, ...ask]).filter(({ kind }) => kind === "read");
    return Object.assign((path: string) => rules.some((rule) => rule.matchesPath([path], project, false)), {
      isAskedAbout: (path: string) => sensitive.reading(path) !== undefined,
    });
  }

  return {
    preview: async (call, cwd) => (await judge(call, cwd)).decision,
    middleware:
      (next) =>
      async (given, context): Promise<ToolResult> => {
        // A copy of its own, so that nobody can exchange the arguments after they were approved.
        const call = Object.freeze({ ...given });
        const digest = digestOf(call, context.cwd);
        let isForbidden: IsForbidden = () => true;
        const settled = settle(call, context).then(async (result) => {
          // A search is about a whole folder, and does not show what is forbidden in it.
          isForbidden = await forbiddenFiles();
          return result;
        });
        const {
          refused,
          asked,
          canBePermitted = false,
        } = await untilAborted(settled, context.signal).catch((error: unknown): Settled => {
          context.signal.throwIfAborted();
          return { refused: error instanceof Error ? error.message : String(error), asked: false };
        });
        context.signal.throwIfAborted();
        const stale = refused === undefined && digestOf(call, context.cwd) !== digest;
        const reason = stale ? "the account changed while it was being approved" : refused;
        onDecision?.({
          call,
          effect: reason === undefined ? "allow" : "deny",
          reasons: reason === undefined ? [] : [reason],
          asked,
          canBePermitted,
        });
        if (reason !== undefined) return errorResult(reason);
        const guarded: GuardedContext = { ...context, isForbidden };
        return next(call, guarded);
      },
  };
}

function refusal({ reasons }: Decision): string {
  return `not permitted: ${reasons.join("; ")}`;
}

function nobodyToAsk({ reasons, canBePermitted }: Decision): string {
  const advice = canBePermitted ? "; a rule of the policy or a flag can permit it" : "";
  return `not permitted: ${reasons.join("; ")}, and there is nobody to ask here${advice}`;
}

function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const done = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    done.abort();
  }
}
