import type { IncomingMessage, ServerResponse } from "node:http";
import { AuthError } from "../errors.ts";
import { createAttempts } from "./attempts.ts";
import { createBoard } from "./board.ts";
import { refuseStranger } from "./guard.ts";
import { listenOnLoopback } from "./loopback-server.ts";
import type { LoopbackServer } from "./loopback-server.ts";
import { checkOptions } from "./options.ts";
import type { LoginServer, LoginServerOptions, LoginServerResult } from "./options.ts";
import { createPresence } from "./presence.ts";
import { createReplies } from "./reply.ts";
import { createRoutes } from "./routes.ts";
import { createSession } from "./session.ts";
import { isFinal, isPending } from "./state.ts";
import type { LoginState } from "./state.ts";

const defaultIdleTimeoutMs = 10 * 60_000;

/**
 * Serves a page on a free port of 127.0.0.1 on which a person signs in: it starts the login at once, shows its code and
 * how it goes, and lets them get a new code; or it takes a pasted token or key. Only the browser that opens the one-time
 * address first sees it. It is gone after the login, or when nobody was there for a while. Throws `AuthError`
 * `login_failed` when no page can be served, `TypeError` for settings that cannot work; an abort throws the signal's reason.
 */
export async function createLoginServer(options: LoginServerOptions): Promise<LoginServer> {
  checkOptions(options);
  options.signal?.throwIfAborted();
  const session = createSession();
  const replies = createReplies();
  const closing = new AbortController();
  const board = createBoard<LoginState>({ phase: "form" });
  const done = Promise.withResolvers<LoginServerResult>();
  const gone = Promise.withResolvers<void>();
  const tell = options.onEvent ?? (() => undefined);
  let isPageGone = false;

  const server = await listen((request, response) => void answer(request, response));
  const presence = createPresence({
    idleTimeoutMs: options.idleTimeoutMs ?? defaultIdleTimeoutMs,
    onIdle: () => leave(),
    onGone: () => void shut(),
  });
  const attempts =
    options.startLogin &&
    createAttempts({
      startLogin: options.startLogin,
      board,
      signal: closing.signal,
      tell,
      onSuccess: ({ login, host, credentialId }) => {
        finish({ type: "signed_in", login, host, credentialId }, { phase: "signed_in", login, host }, 0);
      },
      onFailure: () => {
        if (isPageGone) giveUp();
        else presence.visited();
      },
    });
  const handle = createRoutes({
    options,
    session,
    board,
    attempts,
    presence,
    replies,
    tell,
    signal: closing.signal,
    onAccepted: ({ account }) => {
      const name = account === undefined ? {} : { account };
      finish({ type: "submitted", ...name }, { phase: "submitted", ...name }, 1);
    },
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const refused = refuseStranger(request, server.port, session.entrance);
      if (refused !== undefined) return replies.refuse(response, refused.status, refused.text);
      if (session.owns(request.headers.cookie)) server.keep(request.socket);
      await handle(request, response);
    } catch {
      // Whoever hung up, or sent half a form, is told nothing; and nothing of it is worth more than the connection.
      if (response.headersSent) response.destroy();
      else replies.refuse(response, 500, "Something went wrong.");
    }
  }

  /** Ends well. `more` is how many tabs will come for the news besides those that wait for it. */
  function finish(result: LoginServerResult, state: LoginState, more: number): void {
    if (isFinal(board.get()) || closing.signal.aborted) return;
    const tabs = board.waiting() + more;
    board.set(state);
    done.resolve(result);
    presence.sayGoodbye(isPageGone ? 0 : tabs);
  }

  /** Nobody is there. What runs may still end well: the code can be entered without the page. */
  function leave(): void {
    isPageGone = true;
    void server.close();
    if (!isPending(board.get())) giveUp();
  }

  function giveUp(): void {
    const error = attempts?.lastError();
    done.resolve({ type: "timed_out", ...(error !== undefined && { error }) });
    void shut();
  }

  async function shut(): Promise<void> {
    presence.stop();
    options.signal?.removeEventListener("abort", stop);
    closing.abort();
    await server.close();
    gone.resolve();
  }

  function stop(): void {
    done.resolve({ type: "closed" });
    void shut();
  }

  function close(): Promise<void> {
    if (!isFinal(board.get())) stop();
    return gone.promise;
  }

  options.signal?.addEventListener("abort", stop, { once: true });
  // It may have come while the port was being opened.
  if (options.signal?.aborted === true) stop();
  attempts?.start();
  return {
    url: `http://127.0.0.1:${server.port}${session.entrance}`,
    done: done.promise,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<LoopbackServer> {
  try {
    return await listenOnLoopback(answer);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new AuthError("login_failed", `No page could be served on 127.0.0.1 (${code}).`, { cause: error });
  }
}
