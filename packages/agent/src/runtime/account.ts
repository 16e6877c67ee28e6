import {
  createApiKeyReader,
  createMemoryStore,
  resolveCredential,
  resolveGitHubHost,
  type ApiKeyReader,
} from "@zotpilot/auth";
import { createCopilot, type Copilot, type CopilotQuotaState } from "@zotpilot/provider";
import { UsageError } from "../errors.ts";
import type { CliOptions } from "../options.ts";
import type { Credentials } from "./credentials.ts";
import { identityFrom } from "./identity.ts";
import { createModelCache } from "./model-cache.ts";
import { resolvePaths } from "./paths.ts";
import type { Connection } from "./runtime.ts";
import { readCommandWords } from "./schema.ts";
import { createToldNotifications, notificationLine } from "./told-notifications.ts";

/** An account that can be used, with its client. */
export interface ConnectedAccount {
  readonly connection: Extract<Connection, { type: "signed_in" }>;
  readonly copilot: Copilot;
}

/** The account that the options and the environment name. Undefined when nobody is signed in. */
export async function connectAccount(settings: {
  options: CliOptions;
  env: Record<string, string | undefined>;
  /** Opened only when the environment holds no token: a keychain may make a person wait. */
  credentials: () => Promise<Credentials>;
  /** Ends what is waited for: a token that is renewed, a program that prints one. */
  signal?: AbortSignal;
  onQuota?: (quota: CopilotQuotaState) => void;
  /** Told in one sentence what GitHub wants the person to know, and has not said before. */
  onNotification?: (sentence: string) => void;
}): Promise<ConnectedAccount | undefined> {
  const { options, env, signal, onQuota, onNotification } = settings;
  const isGiven = Boolean(env["COPILOT_GITHUB_TOKEN"]?.trim()) && options.account === undefined;
  const own = isGiven ? undefined : await settings.credentials();
  const command = tokenCommand(env);
  const credential = await resolveCredential({
    store: own?.store ?? createMemoryStore(),
    env,
    folder: options.cwd,
    sources: options.tokenSources,
    ...(own && { accounts: own.accounts, refresher: own.refresher }),
    ...(command && { command }),
    ...(signal && { signal }),
    ...(options.host && { host: options.host }),
    ...(options.account && { account: options.account }),
  });
  if (!credential) return undefined;
  const { source, place, token, login, host, id } = credential;
  const refresher = own?.refresher;
  const paths = resolvePaths(env);
  const account = `${host} ${id ?? token}`;
  const told = createToldNotifications(paths.notifications, account);
  const githubToken =
    id !== undefined && refresher ? async () => (await refresher.fresh(id)).token : () => token;
  return {
    connection: {
      type: "signed_in",
      host,
      source,
      place,
      ...(login !== undefined && { login }),
      ...(id !== undefined && { id }),
    },
    copilot: createCopilot({
      githubToken,
      host: providerHost(host),
      modelCache: createModelCache(paths.models, account),
      ...(onQuota && { onQuota }),
      ...(onNotification && {
        onNotification: (notification) => {
          if (told.isNew(notification)) onNotification(notificationLine(notification));
        },
      }),
      ...identityFrom(env),
    }),
  };
}

/** The provider takes GitHub hosts by name and simulators by origin. */
function providerHost(host: string): string {
  const resolved = resolveGitHubHost(host);
  return resolved.webOrigin === resolved.apiOrigin ? resolved.webOrigin : resolved.name;
}

/** The command that prints a token, when one is set: a JSON list of words, so that no shell has to split it. */
function tokenCommand(env: Record<string, string | undefined>): ApiKeyReader | undefined {
  const setting = env["ZOTPILOT_TOKEN_COMMAND"];
  if (!setting) return undefined;
  const [program, ...args] = readCommandWords(setting) ?? [];
  if (program === undefined) {
    throw new UsageError(
      'ZOTPILOT_TOKEN_COMMAND must be a JSON list of words, such as ["pass", "show", "github"].',
    );
  }
  return createApiKeyReader({ command: { program, args }, env });
}
