import { AuthError, signOut } from "@zotpilot/auth";
import {
  exportSession,
  type Agent,
  type ApprovalRequest,
  type DurableEvent,
  type Session,
} from "@zotpilot/core";
import { createCopilot, type Copilot, type CopilotQuotaState } from "@zotpilot/provider";
import type { ModelInfo } from "@zotpilot/provider/model";
import type { CodingTools } from "@zotpilot/tools";
import { resolve } from "node:path";
import { UsageError } from "../errors.ts";
import type { CliOptions } from "../options.ts";
import { connectAccount } from "./account.ts";
import { usableModels } from "./choose-model.ts";
import { createConversations } from "./conversations.ts";
import { openCredentials, type Credentials } from "./credentials.ts";
import { exportTarget } from "./export-target.ts";
import { guardSentences } from "./guards.ts";
import { makeAgent } from "./make-agent.ts";
import { createProxyFetch } from "./network.ts";
import type { Connection, Runtime } from "./runtime.ts";
import { hasBrowser, openInBrowser, signIn } from "./sign-in.ts";
import { openPermissions } from "./tools.ts";
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

/** Wires provider, auth, tools, session and agent together. Opens nothing and contacts nobody until it is used. */
export function createRuntime(runtimeOptions: RuntimeOptions): Runtime {
  const { options, env } = runtimeOptions;
  const warnings: string[] = [];
  const keepWarning = (sentence: string): void => {
    if (!warnings.includes(sentence)) warnings.push(sentence);
  };
  const warned = new Set<string>();
  const onWarning = (sentence: string): void => {
    if (warned.has(sentence)) return;
    warned.add(sentence);
    if (tellPerson) tellPerson(sentence, "warning");
    else (runtimeOptions.onWarning ?? keepWarning)(sentence);
  };
  const fetch = createProxyFetch();
  let opened: Promise<Credentials> | undefined;
  const credentials = (): Promise<Credentials> =>
    (opened ??= unlessFailed(openCredentials({ env, fetch, onWarning }), () => (opened = undefined)));
  const host = options.host ?? "github.com";
  const conversations = createConversations({ options, env, onWarning: keepWarning });
  const permissions = openPermissions(options, env);
  const stopped = runtimeOptions.signal ?? new AbortController().signal;
  const demos: (() => Promise<void>)[] = [];
  let connection: Connection = { type: "connecting", host };
  /** The first connection: made when it is needed first, tried again when it failed. */
  let connected: Promise<void> | undefined;
  let copilot: Copilot | undefined;
  let agent: Promise<Agent> | undefined;
  /** For the account that it was said to: another one may not have it, and goes on with the model of the conversation. */
  let askedModel = options.model;
  let models: Promise<readonly ModelInfo[]> | undefined;
  let session: Promise<Session | undefined> | undefined;
  /** Aborted when the connection that it was made for is left. */
  let left = new AbortController();
  let announce: ((request: ApprovalRequest) => void) | undefined;
  let tellQuota: ((quota: CopilotQuotaState) => void) | undefined;
  let tellPerson: ((sentence: string, level: "info" | "warning") => void) | undefined;
  /** The agent that was made last: it has the calls that wait for a decision. */
  let current: Agent | undefined;
  let codingTools: CodingTools | undefined;
  /** What the session has no room for, and another file has. */
  const exported = new WeakSet<DurableEvent>();

  const stopSignal = (): AbortSignal => AbortSignal.any([stopped, left.signal]);

  function connect(): Promise<void> {
    return (connected ??= unlessFailed(connectFirst(), () => {
      connected = undefined;
      connection = { type: "signed_out", host };
    }));
  }

  async function connectFirst(): Promise<void> {
    if (options.demo === "always") await startDemo();
    else if (await connectStored()) return;
    else if (options.demo === "when_signed_out" && options.account === undefined) await startDemo();
    else connection = { type: "signed_out", host };
  }

  async function change(next: Connection, client: Copilot | undefined): Promise<void> {
    left.abort();
    const before = await agent?.catch(() => undefined);
    await before?.close();
    if (before) askedModel = undefined;
    left = new AbortController();
    agent = undefined;
    const file = await session?.catch(() => undefined);
    session = undefined;
    // Without an agent nobody else does.
    await file?.close();
    // A conversation with a model goes on with the next account; what was said to the demo stays with the demo.
    const said = before?.transcript.messages ?? file?.events ?? [];
    if (file && said.length > 0 && connection.type !== "demo") conversations.goOnWith(file.path);
    models = undefined;
    connection = next;
    copilot = client;
    connected = Promise.resolve();
  }

  async function connectStored(): Promise<boolean> {
    const account = await connectAccount({
      options,
      env,
      credentials,
      signal: stopSignal(),
      onQuota: (quota) => tellQuota?.(quota),
      onNotification: (sentence) => (tellPerson ?? onWarning)(sentence, "info"),
    });
    if (account) await change(account.connection, account.copilot);
    return account !== undefined;
  }

  async function startDemo(): Promise<void> {
    if (connection.type === "demo") return;
    const { createSimulator } = await import("@zotpilot/simulator");
    const simulator = await createSimulator({ pace: options.mode === "interactive" ? demoPaceMs : 0 });
    demos.push(() => simulator.close());
    const client = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
    await change({ type: "demo", origin: simulator.origin }, client);
  }

  async function requireCopilot(): Promise<Copilot> {
    await connect();
    if (copilot) return copilot;
    const where = connection.type === "signed_out" ? connection.host : "GitHub";
    throw new AuthError("not_logged_in", `nobody is signed in to ${where}.`);
  }

  async function listModels(): Promise<readonly ModelInfo[]> {
    const client = await requireCopilot();
    const list = await client.models({ signal: stopSignal() });
    if (list.stale) {
      onWarning(`Copilot did not answer; its models are shown as they were on ${list.savedAt.slice(0, 10)}`);
    }
    return usableModels(list.models);
  }

  async function nextAgent(): Promise<Agent> {
    const client = await requireCopilot();
    const place = connection.type === "demo" ? "demo" : "account";
    session ??= unlessFailed(conversations.open(place), () => (session = undefined));
    const file = await session;
    await codingTools?.close();
    const made = await makeAgent({
      options,
      env,
      model: askedModel,
      client,
      models: () => runtime.models(),
      session: file,
      permissions,
      onWarning: keepWarning,
      // On the screen stands what became of each call.
      onRefused: options.mode === "interactive" ? () => undefined : onWarning,
      onApproval: (request) => announce?.(request),
    });
    codingTools = made.tools;
    return (current = made.agent);
  }

  const runtime: Runtime = {
    version,
    cwd: options.cwd,
    guards: guardSentences(options),
    get connection() {
      return connection;
    },
    get warnings() {
      return warnings;
    },
    connect,
    async agent() {
      // Whoever connects waits for the agent of before to end, so that one may not wait for the connection.
      await connect();
      left.signal.throwIfAborted();
      return (agent ??= unlessFailed(nextAgent(), () => (agent = undefined)));
    },
    async clear() {
      const opened = await runtime.agent();
      const file = await session;
      if (!file?.readOnly) return opened.clear();
      await opened.close();
      conversations.goOnWith(undefined);
      agent = undefined;
      session = undefined;
    },
    models: async () => (models ??= unlessFailed(listModels(), () => (models = undefined))),
    async *login({ signal }) {
      await connected?.catch(() => undefined);
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
      const { id, host: from } = connection;
      const { store, accounts } = await credentials();
      const signedOut = await signOut({ store, accounts, ids: [id] });
      if (signedOut.left[0]) throw signedOut.left[0].error;
      await change({ type: "signed_out", host: from }, undefined);
    },
    onApproval(listener) {
      announce = listener;
    },
    onQuota(listener) {
      tellQuota = listener;
    },
    onNotification(listener) {
      tellPerson = listener;
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
    get unsaved() {
      return (current?.unsaved ?? []).filter((event) => !exported.has(event)).length;
    },
    async export(target) {
      const file = await session;
      if (!file || !current)
        throw new UsageError("this conversation is not kept, so that it cannot be exported.");
      const { transcript, unsaved } = current;
      if (transcript.messages.length === 0) throw new UsageError("nothing was said yet.");
      const path = await exportTarget(file.path, resolve(options.cwd, target), "choose another name");
      const waiting = [...unsaved];
      const written = await exportSession(file.path, path, { unsaved: waiting });
      for (const event of waiting) exported.add(event);
      return written;
    },
    async startDemo() {
      await connected?.catch(() => undefined);
      askedModel = undefined;
      await startDemo();
    },
    async close() {
      left.abort();
      const last = await agent?.catch(() => undefined);
      await last?.close();
      await codingTools?.close();
      await (await session?.catch(() => undefined))?.close();
      for (const stopDemo of demos.splice(0)) await stopDemo();
    },
  };
  return runtime;
}

/** A promise to keep; `forget` is called when it fails, so that the next caller tries again. */
function unlessFailed<Value>(promise: Promise<Value>, forget: () => void): Promise<Value> {
  promise.catch(forget);
  return promise;
}

/** About reading speed: on the screen, the demo's answers should look like a stream. */
const demoPaceMs = 25;
