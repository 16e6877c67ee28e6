import { AuthError, signOut } from "@zotpilot/auth";
import { exportSession, type Agent, type DurableEvent, type Session } from "@zotpilot/core";
import type { Copilot, CopilotQuotaState } from "@zotpilot/provider";
import type { ModelInfo } from "@zotpilot/provider/model";
import { resolve } from "node:path";
import { UsageError } from "../errors.ts";
import type { CliOptions } from "../options.ts";
import { connectAccount } from "./account.ts";
import { usableModels } from "./choose-model.ts";
import { createConversations } from "./conversations.ts";
import { openCredentials, type Credentials } from "./credentials.ts";
import { openDemo } from "./demo.ts";
import { exportTarget } from "./export-target.ts";
import { guardSentences } from "./guards.ts";
import { makeAgent, type MadeAgent } from "./make-agent.ts";
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
  let tellQuota: ((quota: CopilotQuotaState) => void) | undefined;
  let tellPerson: ((sentence: string, level: "info" | "warning") => void) | undefined;
  /** The agent of the connection and its tools, once they are made. */
  let made: MadeAgent | undefined;
  /** What of a demo that was left could not be saved. */
  let lost = 0;
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
    await made?.tools.close();
    made = undefined;
    const file = await session?.catch(() => undefined);
    session = undefined;
    // Without an agent nobody else does.
    await file?.close();
    // A conversation with a model goes on with the next account; what was said to the demo stays with the demo.
    const said = before?.transcript.messages ?? file?.events ?? [];
    const pending = before?.unsaved ?? [];
    if (connection.type === "demo") lost += pending.length;
    else if (file && said.length > 0) conversations.goOnWith({ path: file.path, pending });
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
    const demo = await openDemo(options.mode === "interactive");
    demos.push(demo.close);
    await change({ type: "demo", origin: demo.origin }, demo.copilot);
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
    made = await makeAgent({
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
    });
    return made.agent;
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
      await made?.tools.close();
      conversations.goOnWith();
      agent = made = undefined;
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
    onQuota(listener) {
      tellQuota = listener;
    },
    onNotification(listener) {
      tellPerson = listener;
    },
    async undo() {
      if (!made) return [];
      const { checkpoints } = made.tools;
      if (!checkpoints) {
        throw new UsageError(
          "this conversation is not kept, so that nothing is remembered that could be undone.",
        );
      }
      return (await checkpoints.undo()).restored;
    },
    get unsaved() {
      const unsaved = [...(made?.agent.unsaved ?? []), ...(conversations.unfinished?.pending ?? [])];
      return lost + unsaved.filter((event) => !exported.has(event)).length;
    },
    async export(target) {
      const { unfinished } = conversations;
      // Between two accounts there is no agent, and what was said is there all the same.
      const said = made ? made.agent.transcript.messages.length : Number(unfinished !== undefined);
      if (said === 0) throw new UsageError("nothing was said yet.");
      const from = made ? (await session)?.path : unfinished?.path;
      if (from === undefined) {
        throw new UsageError("this conversation is not kept, so that it cannot be exported.");
      }
      const path = await exportTarget(from, resolve(options.cwd, target), "choose another name");
      const unsaved = [...(made?.agent.unsaved ?? unfinished?.pending ?? [])];
      const written = await exportSession(from, path, { unsaved });
      for (const event of unsaved) exported.add(event);
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
      await made?.tools.close();
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
