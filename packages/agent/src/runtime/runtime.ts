import type { CredentialSourceName, LoginEvent } from "@zotpilot/auth";
import type { Agent } from "@zotpilot/core";
import type { CopilotQuotaState } from "@zotpilot/provider";
import type { ModelInfo } from "@zotpilot/provider/model";

/** Whose models are used. */
export type Connection =
  /** Nobody has looked for an account yet. */
  | { type: "connecting"; host: string }
  | { type: "signed_out"; host: string }
  | {
      type: "signed_in";
      host: string;
      source: CredentialSourceName;
      /** What gave the token, by name: a variable, a program, a file, or the account. */
      place: string;
      login?: string;
      /** The id in the credential store, for a stored one. */
      id?: string;
    }
  /** The built-in simulator with its scripted model. */
  | { type: "demo"; origin: string };

/** Everything that a mode needs, wired together. */
export interface Runtime {
  readonly version: string;
  /** The folder that the agent works in; absolute. */
  readonly cwd: string;
  readonly connection: Connection;
  /** What holds the model's tools back and what does not, one sentence each. */
  readonly guards: readonly string[];
  /** One sentence each, to be shown once: what was mended or passed over before anybody listened, or with the session. */
  readonly warnings: readonly string[];
  /** Looks for an account, once. Throws what the credential store throws, and then tries again at the next call. */
  connect(): Promise<void>;
  /** The agent, made at first use. Throws `AuthError` `not_logged_in` while signed out. */
  agent(): Promise<Agent>;
  /** Starts the conversation anew; in a new session when nothing can be added to the one that is open. */
  clear(): Promise<void>;
  /** The models of the connection, default first. */
  models(): Promise<readonly ModelInfo[]>;
  /** Signs in and switches the connection to the account. Ends with `succeeded`, or throws. */
  login(options: { signal: AbortSignal }): AsyncIterable<LoginEvent>;
  /** Deletes the stored credential of the connection and disconnects. Does nothing unless one from the store is used. */
  logout(): Promise<void>;
  /** Told when an answer of the account changes what is known about its allowances. One listener at a time. */
  onQuota(listener: (quota: CopilotQuotaState) => void): void;
  /**
   * Told in one sentence what the person should know: what GitHub says about the account, once in the life of the account
   * (`info`), and what was mended or passed over (`warning`). Without a listener it joins the warnings. One listener at a
   * time.
   */
  onNotification(listener: (sentence: string, level: "info" | "warning") => void): void;
  /** Undoes what the last turn did to files; returns those that are as they were. */
  undo(): Promise<readonly string[]>;
  /** Switches the connection to the built-in demo. */
  startDemo(): Promise<void>;
  /** How many events of the conversation are neither saved nor exported. */
  readonly unsaved: number;
  /**
   * Writes the conversation into one file, also what could not be saved, and returns that. `target` is a file or a folder,
   * seen from `cwd`. Throws a `UsageError` when there is nothing to write, or something would be replaced.
   */
  export(target: string): Promise<string>;
  /** Aborts what runs, closes the session and the demo. May be called twice. */
  close(): Promise<void>;
}
