import {
  AuthError,
  createLoginServer,
  isAuthError,
  readTokenFrom,
  resolveGitHubHost,
  saveToken,
  type LoginEvent,
} from "@zotpilot/auth";
import { errorLine, exitCodes, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { placeSentence } from "../runtime/credentials.ts";
import { hasBrowser, openInBrowser, signIn } from "../runtime/sign-in.ts";
import { accountCommand, type AccountCommand } from "./context.ts";

/** What `zotpilot login` was asked for besides the common options. */
export interface LoginCommandOptions {
  readonly openBrowser: boolean;
  /** Read a token from standard input instead of asking a person. */
  readonly withToken: boolean;
  /** Tell each step as a line of JSON, for programs. */
  readonly json: boolean;
}

/** Signs in, telling each step on stderr. Works without a browser, from the code alone. */
export async function runLogin(
  options: CliOptions,
  own: LoginCommandOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const command = accountCommand(io);
  if (io.env["COPILOT_GITHUB_TOKEN"]) {
    command.say(
      "COPILOT_GITHUB_TOKEN is set and goes before every account; unset it to use the one that you sign in.",
    );
  }
  if (own.withToken) return loginWithToken(options, command, io, signal);
  if (own.json) return loginForProgram(options, command, io, signal);
  resolveGitHubHost(options.host);
  if (!io.stderr.isTTY) {
    for (const line of withoutTerminal) command.say(line);
    return exitCodes.notSignedIn;
  }
  const usesPage = own.openBrowser && hasBrowser(io.env);
  const login = usesPage
    ? await loginOnPage(options, command, io, signal)
    : await loginByCode(options, command, io, signal);
  if (login === undefined) return exitCodes.interrupt;
  if (options.account !== undefined && !sameAccount(options.account, login)) {
    command.say(`You asked for ${options.account}, but the code was approved by ${login}.`);
  }
  command.say(placeSentence((await command.credentials()).opened));
  return exitCodes.ok;
}

const withoutTerminal = [
  "zotpilot: signing in shows a code to a person, and there is no terminal to show it in. Instead:",
  "  1. run `zotpilot login` in a terminal; over SSH that works, too: the code can be entered on any device",
  '  2. pipe a token in: `printf %s "$TOKEN" | zotpilot login --with-token`',
  "  3. set COPILOT_GITHUB_TOKEN for the commands that need it, as continuous integration does",
  "A program can show the code itself: `zotpilot login --json` tells each step as a line of JSON.",
];

async function loginWithToken(
  options: CliOptions,
  { credentials, fetch, say }: AccountCommand,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  if (io.stdin.isTTY) {
    throw new UsageError(
      "--with-token reads the token from standard input, so that it stays out of the shell's history: pipe it in.",
    );
  }
  const token = await readTokenFrom(io.stdin, signal);
  const { store, accounts, opened } = await credentials();
  const host = options.host === undefined ? {} : { host: options.host };
  const saved = await saveToken({ store, token, fetch, signal, ...host });
  await accounts.choose(saved.id);
  say(`Signed in as ${saved.login} on ${saved.host}.`);
  say(placeSentence(opened));
  return exitCodes.ok;
}

async function loginForProgram(
  options: CliOptions,
  command: AccountCommand,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const { credentials, fetch, printJson } = command;
  const events = signIn({ options, env: io.env, credentials: await credentials(), fetch, signal });
  for await (const event of events) printJson(snakeCase(event));
  return signal.aborted ? exitCodes.interrupt : exitCodes.ok;
}

/** Resolves with who signed in; undefined after an interrupt. */
async function loginByCode(
  options: CliOptions,
  { credentials, fetch, say }: AccountCommand,
  io: Io,
  signal: AbortSignal,
): Promise<string | undefined> {
  let login: string | undefined;
  const events = signIn({ options, env: io.env, credentials: await credentials(), fetch, signal });
  for await (const event of events) {
    tell(event, say);
    if (event.type === "succeeded") login = event.login;
  }
  return login;
}

/** The same, with a page on this machine that shows the code and how the login goes. */
async function loginOnPage(
  options: CliOptions,
  { credentials, fetch, say }: AccountCommand,
  io: Io,
  signal: AbortSignal,
): Promise<string | undefined> {
  const own = await credentials();
  const failed = Promise.withResolvers<never>();
  let isPageOpen = false;
  const server = await createLoginServer({
    startLogin: ({ signal: ended }) =>
      signIn({ options, env: io.env, credentials: own, fetch, signal: ended }),
    signal,
    onEvent(event) {
      if (event.type === "page_opened") isPageOpen = true;
      else if (event.type === "attempt_failed") {
        // On the page a new code can be had; whoever said no, or has no page, is done.
        const isOver = !isPageOpen || (isAuthError(event.error) && event.error.code === "access_denied");
        if (isOver) failed.reject(event.error);
        else say(`${errorLine(event.error as Error)} The page offers a new code; Ctrl+C gives up.`);
      } else if (event.type !== "page_refused") tell(event, say);
    },
  });
  try {
    await openInBrowser(server.url).catch(() => say("No browser could be opened; the code is enough."));
    const result = await Promise.race([server.done, failed.promise]);
    if (result.type === "signed_in") return result.login;
    if (result.type === "timed_out")
      throw result.error ?? new AuthError("code_expired", "nobody approved the login in time.");
    return undefined;
  } finally {
    await server.close();
  }
}

function tell(event: LoginEvent, say: (line: string) => void): void {
  switch (event.type) {
    case "code_issued":
      say(`Open ${event.verificationUri} and enter this code:`);
      say("");
      say(`    ${event.userCode}`);
      say("");
      say(
        `It signs in to ${event.host} with the scope ${event.scope || "(none)"} and is good for ${Math.round(event.expiresInSeconds / 60)} minutes.`,
      );
      say(`GitHub will name the application that it is for; its client id is ${event.clientId}.`);
      say("Never enter a code that somebody sent you. Waiting for your approval…");
      return;
    case "succeeded":
      say(`Signed in as ${event.login} on ${event.host}.`);
      return;
    default:
      return;
  }
}

function sameAccount(asked: string, login: string): boolean {
  return asked.replace(/@[^@]*$/, "").toLowerCase() === login.toLowerCase();
}

/** As in all that programs read from us. */
function snakeCase(event: LoginEvent): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}
