import { createAgent, type Agent, type Session } from "@zotpilot/core";
import type { Copilot } from "@zotpilot/provider";
import type { ModelInfo } from "@zotpilot/provider/model";
import type { CodingTools, PermissionStore } from "@zotpilot/tools";
import type { CliOptions } from "../options.ts";
import { chooseModel } from "./choose-model.ts";
import { loadAgentInstructions } from "./instructions.ts";
import { openTools } from "./tools.ts";

/** An agent with its tools, which are to be closed after it. */
export interface MadeAgent {
  readonly agent: Agent;
  readonly tools: CodingTools;
}

/** Puts the agent of one connection together: model, instructions, tools, session. */
export async function makeAgent(settings: {
  options: CliOptions;
  env: Record<string, string | undefined>;
  /** The model that was asked for, for this agent. */
  model: string | undefined;
  client: Copilot;
  models: () => Promise<readonly ModelInfo[]>;
  session: Session | undefined;
  permissions: PermissionStore;
  onWarning: (sentence: string) => void;
  onRefused: (sentence: string) => void;
}): Promise<MadeAgent> {
  const { options, env, model: asked, client, models, session, permissions, onWarning, onRefused } = settings;
  const last = session?.events.findLast((event) => event.type === "model_changed")?.model;
  const model = chooseModel(await models(), {
    ...(asked !== undefined && { asked }),
    ...(last !== undefined && { last }),
  });
  const instructions = await loadAgentInstructions(options, env, dayOf(session));
  for (const warning of instructions.warnings) onWarning(warning);
  const codingTools = await openTools({ options, env, permissions, session: session?.id, onRefused });
  const { tools, middleware, checkpoints } = codingTools;
  const agent = createAgent({
    // The agent offers what all modes offer: models that the account can use.
    provider: { id: client.id, listModels: models, stream: client.stream },
    model: model.id,
    modelInfo: async (id) => (await models()).find((each) => each.id === id),
    tools: [...tools, ...instructions.tools],
    middleware,
    // A person sees the notice and can go on; a script has to fail.
    unsaved: options.mode === "interactive" ? "continue" : "stop",
    system: instructions.system,
    cwd: options.cwd,
    ...(session && { session }),
    ...(options.reasoning !== undefined && { reasoning: options.reasoning }),
    ...(options.maxSteps !== undefined && { maxSteps: options.maxSteps }),
    ...(options.maxRequests !== undefined && { maxRequests: options.maxRequests }),
    ...(options.maxCredits !== undefined && { maxCredits: options.maxCredits }),
  });
  // Written with the first prompt, so that a chat in which nothing is said leaves no file.
  let isModelKept = asked === undefined || session === undefined || session.events.length > 0;
  agent.subscribe((event) => {
    if (event.type === "user_message" && !isModelKept) {
      isModelKept = true;
      // A session that cannot be written is told by what is said.
      void agent.setModel(agent.model).catch(() => undefined);
    }
    if (event.type === "run_start") checkpoints?.nextTurn();
  });
  // At the screen sits somebody who answers; a program that drives us says so itself.
  if (options.mode === "interactive") agent.attend();
  const isOther = session && session.events.length > 0 && last !== model.id && asked !== undefined;
  if (isOther && !session.readOnly) await agent.setModel(model.id);
  return { agent, tools: codingTools };
}

/** The day that the model is told: that of the session's beginning, so that the prompt stays the same in caches. */
function dayOf(session: Session | undefined): string {
  const begun = new Date(session?.createdAt ?? Date.now());
  const now = Number.isNaN(begun.getTime()) ? new Date() : begun;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
