import type { IncomingMessage, ServerResponse } from "node:http";
import { monotonicNow } from "../clock.ts";
import type { Attempts } from "./attempts.ts";
import type { Board } from "./board.ts";
import { formTokenField } from "./card.ts";
import type { PageInput } from "./card.ts";
import type { LoginServerEvent, LoginServerOptions } from "./options.ts";
import { drawPage, drawTokenPage } from "./page.ts";
import type { Presence } from "./presence.ts";
import { readForm } from "./read-form.ts";
import type { Replies } from "./reply.ts";
import { isSame } from "./session.ts";
import type { Session } from "./session.ts";
import { isFinal, isPending } from "./state.ts";
import type { LoginState } from "./state.ts";
import { submit } from "./submission.ts";
import type { Submission } from "./submission.ts";

/** What the routes act on. */
export interface RouteContext {
  readonly options: LoginServerOptions;
  readonly session: Session;
  readonly board: Board<LoginState>;
  readonly attempts: Attempts | undefined;
  readonly presence: Presence;
  readonly replies: Replies;
  readonly signal: AbortSignal;
  readonly tell: (event: LoginServerEvent) => void;
  /** A pasted value was taken. */
  readonly onAccepted: (submission: Submission & { type: "accepted" }) => void;
}

const longestWaitMs = 20_000;

/** Answers the requests that come from where they should; see `refuseStranger`. */
export function createRoutes(context: RouteContext) {
  const { options, session, board, attempts, presence, replies, signal } = context;
  const fields = options.fields ?? [];
  let submitting = false;

  const input = (): PageInput => ({
    state: board.get(),
    version: board.version(),
    now: monotonicNow(),
    programName: options.programName ?? "zotpilot",
    fields,
    formToken: session.formToken,
    canStart: attempts !== undefined,
  });

  function enter(request: IncomingMessage, response: ServerResponse): void {
    const cookie = session.enter();
    if (cookie === undefined && !session.owns(request.headers.cookie)) {
      context.tell({ type: "page_refused" });
      const sentence =
        "This address works only once, and it was opened before, in this browser or in another one. If that was not you, stop the login and start it again.";
      return replies.refuse(response, 410, sentence);
    }
    presence.visited();
    replies.lead(response, session.folder, cookie);
    if (cookie !== undefined) context.tell({ type: "page_opened" });
  }

  function showPage(response: ServerResponse): void {
    presence.visited();
    if (isFinal(board.get())) response.once("close", presence.shown);
    replies.page(response, 200, drawPage(input()));
  }

  async function tellNews(after: number, response: ServerResponse): Promise<void> {
    if (isPending(board.get())) presence.visited();
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    await board.later(after, longestWaitMs, AbortSignal.any([gone.signal, signal]));
    presence.seen();
    if (!gone.signal.aborted) replies.data(response, { version: board.version() });
  }

  async function takeSubmission(form: ReadonlyMap<string, string>, response: ServerResponse): Promise<void> {
    const { onSubmit } = options;
    if (onSubmit === undefined || isFinal(board.get())) return replies.see(response, session.folder);
    if (submitting)
      return replies.page(
        response,
        409,
        drawTokenPage(input(), {
          type: "refused",
          message: "Another one is being checked. Try again in a moment.",
        }),
      );
    submitting = true;
    try {
      const submission = await submit(form, fields, onSubmit, signal);
      if (submission.type === "refused")
        return replies.page(response, 422, drawTokenPage(input(), submission));
      context.onAccepted(submission);
      replies.see(response, session.folder);
    } finally {
      submitting = false;
    }
  }

  async function post(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await readForm(request);
    if ("status" in form) return replies.refuse(response, form.status, form.text);
    if (!isSame(form.get(formTokenField) ?? "", session.formToken))
      return replies.refuse(response, 403, "This form is not of this page. Nothing was done.");
    presence.visited();
    if (path === "token" && fields.length > 0) return takeSubmission(form, response);
    if (path !== "new-code" || attempts === undefined)
      return replies.refuse(response, 404, "Nothing is here.");
    attempts.start();
    replies.see(response, session.folder);
  }

  return async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = "", method } = request;
    if (method === "GET" && url === session.entrance) return enter(request, response);
    if (!url.startsWith(session.folder)) return replies.refuse(response, 404, "Nothing is here.");
    if (!session.owns(request.headers.cookie))
      return replies.refuse(
        response,
        403,
        "This page belongs to the browser that opened its address first. Start the login again to open another one.",
      );
    presence.seen();
    const path = url.slice(session.folder.length);
    if (method === "POST") return post(path, request, response);
    if (path === "") return showPage(response);
    const [, after] = /^state\?after=(\d+)$/.exec(path) ?? [];
    if (after !== undefined) return tellNews(Number(after), response);
    if (path === "token" && fields.length > 0)
      return isFinal(board.get())
        ? replies.see(response, session.folder)
        : replies.page(response, 200, drawTokenPage(input()));
    replies.refuse(response, 404, "Nothing is here.");
  };
}
