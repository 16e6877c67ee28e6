import { AuthError, signOut } from "@zotpilot/auth";
import {
  createAgent,
  createSessionStore,
  openSession as openSessionFile,
  type Agent,
  type ApprovalRequest,
  type Session,
} from "@zotpilot/core";
import { createCopilot, type Copilot } from "@zotpilot/provider";
import type { ModelInfo } from "@zotpilot/provider/model";
import type { CodingTools } from "@zotpilot/tools";
import type { CliOptions } from "../options.ts";
import { connectAccount } from "./account.ts";
import { chooseModel, usableModels } from "./choose-model.ts";
import { openCredentials, type Credentials } from "./credentials.ts";
import { loadAgentInstructions } from "./instructions.ts";
import { createProxyFetch } from "./network.ts";
import { resolvePaths } from "./paths.ts";
import type { Connection, Runtime } from "./runtime.ts";
import { hasBrowser, openInBrowser, signIn } from "./sign-in.ts";
import { openPermissions, openTools } from "./tools.ts";
import { version } from "./version.ts";

/** What a runtime is made from. */
export interface RuntimeOptions {
  options: CliOptions;
  env: Record<string, string | undefined>;
  /** Ends what is waited for, such as a service that does not answer. */
  signal?: AbortSignal;
  /** Told once for each thing that was mended or passed over on the way; else it joins the runtime's warnings. */
  onWarning?: (sentence: string) => void;
}

/** Wires provider, auth, tools, session and agent together. Contacts nobody until it is used. */
export async function createRuntime(runtimeOptions: RuntimeOptions): Promise<Runtime> {
  const { options, env } = runtimeOptions;
  const warnings: string[] = [];
  const onWarning = runtimeOptions.onWarning ?? ((sentence) => void warnings.push(sentence));
  const fetch = createProxyFetch();
  let opened: Promise<Credentials> | undefined;
  const credentials = (): Promise<Credentials> =>
    (opened ??= unlessFailed(openCredentials({ env, fetch, onWarning }), () => (opened = undefined)));
  let connection: Connection = { type: "signed_out", host: options.host ?? "github.com" };
  let copilot: Copilot | undefined;
  let agent: Promise<Agent> | undefined;
  let models: Promise<readonly ModelInfo[]> | undefined;
  let session: Promise<Session | undefined> | undefined;
  /** The file of the conversation that the next account goes on with. */
  let unfinished: string | undefined;
  /** Aborted when the connection that it was made for is left. */
  let left = new AbortController();
  const stopped = runtimeOptions.signal ?? new AbortController().signal;
  let isResumed = false;
  let announce: ((request: ApprovalRequest) => void) | undefined;
  /** The agent that was made last: it has the calls that wait for a decision. */
  let current: Agent | undefined;
  const permissions = openPermissions(options, env);
  let codingTools: CodingTools | undefined;
  let continueLatest = options.continue;
  const demos: (() => Promise<void>)[] = [];

  async function connect(next: Connection, client: Copilot | undefined): Promise<void> {
    left.abort();
    const before = await agent?.catch(() => undefined);
    await before?.close();
    left = new AbortController();
    agent = undefined;
    const opened = await session?.catch(() => undefined);
    session = undefined;
    // A conversation with a model goes on with the next account; what was said to the demo stays with the demo.
    if (opened && before && before.transcript.messages.length > 0 && connection.type !== "demo") {
      unfinished = opened.path;
    }
    models = undefined;
    connection = next;
    copilot = client;
  }

  async function connectStored(): Promise<boolean> {
    const account = await connectAccount({ options, env, credentials });
    if (account) await connect(account.connection, account.copilot);
    return account !== undefined;
  }

  async function startDemo(): Promise<void> {
    if (connection.type === "demo") return;
    const { createSimulator } = await import("@zotpilot/simulator");
    const simulator = await createSimulator({ pace: options.mode === "interactive" ? demoPaceMs : 0 });
    demos.push(() => simulator.close());
    const client = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
    await connect({ type: "demo", origin: simulator.origin }, client);
  }

  function requireCopilot(): Copilot {
    if (copilot) return copilot;
    throw new AuthError(
      "not_logged_in",
      `nobody is signed in to ${connection.type === "signed_out" ? connection.host : "GitHub"}.`,
    );
  }

  async function listModels(): Promise<readonly ModelInfo[]> {
    const signal = AbortSignal.any([stopped, left.signal]);
    return usableModels(await requireCopilot().listModels({ signal }));
  }

  async function openSession(): Promise<Session | undefined> {
    const isNamed = options.resume !== undefined;
    if (!options.session || (options.mode === "rpc" && !options.continue && !isNamed)) return undefined;
    // What was said to the demo stays with the demo: a model of an account never sees it.
    const root = `${resolvePaths(env).sessions}${connection.type === "demo" ? "-demo" : ""}`;
    const sessions = createSessionStore({ root, cwd: options.cwd });
    if (unfinished !== undefined && connection.type !== "demo") return openSessionFile(unfinished);
    if (options.resume !== undefined && !isResumed) {
      const resumed = await openSessionFile((await sessions.find(options.resume)).path);
      isResumed = true;
      warnings.push(...resumed.warnings);
      return resumed;
    }
    if (!continueLatest) return sessions.create();
    continueLatest = false;
    const latest = await sessions.openLatest();
    if (!latest) warnings.push("there is no earlier conversation in this folder; this is a new one");
    else warnings.push(...latest.warnings);
    return latest ?? sessions.create();
  }

  async function makeAgent(): Promise<Agent> {
    const client = requireCopilot();
    session ??= unlessFailed(openSession(), () => (session = undefined));
    const opened = await session;
    const last = opened?.events.findLast((event) => event.type === "model_changed")?.model;
    const model = chooseModel(await runtime.models(), {
      ...(options.model !== undefined && { asked: options.model }),
      ...(last !== undefined && { last }),
    });
    const instructions = await loadAgentInstructions(options, env, today());
    warnings.push(...instructions.warnings.filter((warning) => !warnings.includes(warning)));
    await codingTools?.close();
    codingTools = await openTools({
      options,
      env,
      permissions,
      session: opened?.id,
      onRefused: onWarning,
    });
    const { tools, middleware, checkpoints } = codingTools;
    const made = createAgent({
      // The agent offers what all modes offer: models that the account can use.
      provider: { id: client.id, listModels: () => runtime.models(), stream: client.stream },
      model: model.id,
      tools: [...tools, ...instructions.tools],
      middleware,
      // A person sees the notice and can go on; a script has to fail.
      unsaved: options.mode === "interactive" ? "continue" : "stop",
      system: instructions.system,
      cwd: options.cwd,
      ...(opened && { session: opened }),
      ...(options.maxSteps !== undefined && { maxSteps: options.maxSteps }),
      ...(options.maxRequests !== undefined && { maxRequests: options.maxRequests }),
      ...(options.maxCredits !== undefined && { maxCredits: options.maxCredits }),
    });
    current = made;
    made.subscribe((event) => {
      if (event.type === "run_start") checkpoints?.nextTurn();
      if (event.type === "approval_request") announce?.(event.request);
    });
    // At the screen sits somebody who answers; a program that drives us says so itself.
    if (options.mode === "interactive") made.attend();
    if (opened && opened.events.length > 0 && last !== model.id && options.model !== undefined) {
      await made.setModel(model.id);
    }
    return made;
  }

  const runtime: Runtime = {
    version,
    cwd: options.cwd,
    get connection() {
      return connection;
    },
    get warnings() {
      return warnings;
    },
    agent: () => (agent ??= unlessFailed(makeAgent(), () => (agent = undefined))),
    models: async () => (models ??= unlessFailed(listModels(), () => (models = undefined))),
    async *login({ signal }) {
      const events = signIn({
        options,
        env,
        credentials: await credentials(),
        fetch,
        signal,
        ...(hasBrowser(env) && { openBrowser: openInBrowser }),
      });
      for await (const event of events) {
        if (event.type === "succeeded") await connectStored();
        yield event;
      }
    },
    async logout() {
      if (connection.type !== "signed_in" || connection.id === undefined) return;
      const { id, host } = connection;
      const { store, accounts } = await credentials();
      const { left } = await signOut({ store, accounts, ids: [id] });
      if (left[0]) throw left[0].error;
      await connect({ type: "signed_out", host }, undefined);
    },
    onApproval(listener) {
      announce = listener;
    },
    approvals: {
      list: () => current?.approvals ?? [],
      respond: (id, answer) => current?.respond(id, answer) ?? false,
    },
    async undo() {
      const checkpoints = codingTools?.checkpoints;
      if (!checkpoints) return [];
      return (await checkpoints.undo()).restored;
    },
    startDemo,
    async close() {
      left.abort();
      const opened = await agent?.catch(() => undefined);
      await opened?.close();
      await codingTools?.close();
      await (await session?.catch(() => undefined))?.close();
      for (const stopDemo of demos.splice(0)) await stopDemo();
    },
  };

  if (options.demo === "always") await startDemo();
  else if (!(await connectStored()) && options.demo === "when_signed_out" && options.account === undefined)
    await startDemo();
  return runtime;
}

/** A promise to keep; `forget` is called when it fails, so that the next caller tries again. */
function unlessFailed<Value>(promise: Promise<Value>, forget: () => void): Promise<Value> {
  promise.catch(forget);
  return promise;
}

/** About reading speed: on the screen, the demo's answers should look like a stream. */
const demoPaceMs = 25;

function today(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
