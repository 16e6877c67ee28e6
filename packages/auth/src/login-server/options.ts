import type { LoginEvent } from "../login.ts";

/** Something that a person pastes on the page, such as an API key. */
export interface LoginField {
  /** The key in what `onSubmit` gets: letters, digits, `_` and `-`, at most 40. */
  readonly name: string;
  /** What the person reads above the field. */
  readonly label: string;
  /** What they read below it, for example where to find the value. */
  readonly hint?: string;
  /** Shown as it is typed; unless set, the field is that of a password. */
  readonly visible?: boolean;
  /** May be left empty. */
  readonly optional?: boolean;
}

/** What happens on a login page: all events of the login, and those of the page. Safe to show and to log. */
export type LoginServerEvent =
  | LoginEvent
  | { readonly type: "page_opened" }
  /** Somebody came with the one-time address after it was used, in another browser; they saw nothing. */
  | { readonly type: "page_refused" }
  /** A login ended without success; on the page the person can start another one. */
  | { readonly type: "attempt_failed"; readonly error: unknown };

/** Settings of `createLoginServer`. At least one of `startLogin` and `fields` is needed. */
export interface LoginServerOptions {
  /**
   * Starts a login: `({ signal }) => login({ store, signal })`, or any iterable of the same events. Called at once, and
   * again when the person asks for a new code. The signal ends with the server.
   */
  readonly startLogin?: (context: { readonly signal: AbortSignal }) => AsyncIterable<LoginEvent>;
  /** What the person may paste instead of signing in, or if there is no `startLogin`, what they have to. */
  readonly fields?: readonly LoginField[];
  /**
   * Gets what was pasted, by the fields' names, blanks around it removed. Needed with `fields`. When it rejects with an
   * `AuthError` its sentence is shown and the person may try again; of other errors only that there was one. What it
   * resolves to is shown as the account. Given up after 30 seconds.
   */
  readonly onSubmit?: (
    values: Readonly<Record<string, string>>,
    context: { readonly signal: AbortSignal },
  ) => Promise<{ readonly account?: string } | void>;
  /** Told what happens. Must not throw. */
  readonly onEvent?: (event: LoginServerEvent) => void;
  /** The program that the person is signing in to, as they know it; "zotpilot" unless given. */
  readonly programName?: string;
  /** Ends everything at once. */
  readonly signal?: AbortSignal;
  /** The page is gone after so many milliseconds without a visit; 10 minutes unless given. */
  readonly idleTimeoutMs?: number;
}

/**
 * How it ended. `timed_out`: nobody was there for too long, and no login is running any more; `error` is that of the last
 * one. `closed`: by `close()` or the signal.
 */
export type LoginServerResult =
  | {
      readonly type: "signed_in";
      readonly login: string;
      readonly host: string;
      readonly credentialId: string;
    }
  | { readonly type: "submitted"; readonly account?: string }
  | { readonly type: "timed_out"; readonly error?: unknown }
  | { readonly type: "closed" };

/** A page that waits for a person. */
export interface LoginServer extends AsyncDisposable {
  /**
   * The one-time address, on 127.0.0.1. The first browser that opens it gets the page, all others a refusal: hand it to
   * a browser or show it to the person, and do not log it.
   */
  readonly url: string;
  /** Resolves when the login is over, however it ended; never rejects. The page may still be showing the good end. */
  readonly done: Promise<LoginServerResult>;
  /** Ends the login if it is running. After a good end it waits until the page has shown it, at most ten seconds. */
  close(): Promise<void>;
}

/** Throws a `TypeError` for settings that cannot work. */
export function checkOptions({ startLogin, fields = [], onSubmit }: LoginServerOptions): void {
  if (startLogin === undefined && fields.length === 0)
    throw new TypeError("createLoginServer needs startLogin or fields");
  if (fields.length > 0 && onSubmit === undefined) throw new TypeError("fields need onSubmit");
  const names = fields.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new TypeError("two fields have the same name");
  const wrong = names.find((name) => !/^[A-Za-z0-9_-]{1,40}$/.test(name) || name === "__proto__");
  if (wrong !== undefined) throw new TypeError(`"${wrong}" cannot be the name of a field`);
}
