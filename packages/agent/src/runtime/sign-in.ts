import { login, type LoginEvent } from "@zotpilot/auth";
import type { CliOptions } from "../options.ts";
import type { Credentials } from "./credentials.ts";

/** Signs in by device flow and makes the account the one in use; shared by the command and the chat. */
export async function* signIn(settings: {
  options: CliOptions;
  env: Record<string, string | undefined>;
  credentials: Credentials;
  fetch: typeof globalThis.fetch;
  /** Opens GitHub's page once the code is there; nothing is opened when left out. */
  openBrowser?: (url: string) => Promise<void>;
  signal: AbortSignal;
}): AsyncGenerator<LoginEvent, void> {
  const { options, env, credentials, fetch, openBrowser, signal } = settings;
  const clientId = env["ZOTPILOT_CLIENT_ID"];
  // A store that cannot be used is told before a person has gone to the page and approved.
  await credentials.store.list();
  const events = login({
    store: credentials.store,
    signal,
    fetch,
    ...(options.host && { host: options.host }),
    ...(clientId && { clientId }),
    ...(openBrowser && { openBrowser }),
  });
  for await (const event of events) {
    if (event.type === "succeeded") await credentials.accounts.choose(event.credentialId);
    yield event;
  }
}

/** Whether a browser can be expected where this program runs; over SSH and without a screen there is none. */
export function hasBrowser(env: Record<string, string | undefined>, platform = process.platform): boolean {
  if (env["SSH_CONNECTION"] || env["SSH_TTY"]) return false;
  if (platform === "darwin" || platform === "win32") return true;
  return Boolean(env["DISPLAY"] || env["WAYLAND_DISPLAY"] || env["WSL_DISTRO_NAME"] || env["BROWSER"]);
}

/** Opens an address in the person's browser; rejects when there is none. */
export async function openInBrowser(url: string): Promise<void> {
  const { default: open } = await import("open");
  // Resolves when the opener has been started, and rejects when there is none.
  const child = await open(url);
  child.unref();
}
