import { displayText } from "../display.ts";
import { AuthError } from "../errors.ts";
import { untilAborted } from "../until-aborted.ts";
import { findProgram } from "./find-program.ts";
import { runProgram } from "./run-program.ts";
import type { Environment } from "./sources.ts";

/** A program that prints a token or an API key, such as a password manager's. */
export interface ApiKeyCommand {
  /** An absolute path, or a name that is looked up in `PATH`. There is no shell: nothing in it is expanded. */
  readonly program: string;
  readonly args?: readonly string[];
  /** How long it may take, in milliseconds, people typing a password included; 120000 unless given. */
  readonly timeoutMs?: number;
}

/** Settings of `createApiKeyReader`. */
export interface ApiKeyReaderOptions {
  readonly command: ApiKeyCommand;
  /** The environment of the program, usually `process.env`; `COPILOT_GITHUB_TOKEN` is taken out of it. */
  readonly env: Environment;
}

/** Runs an `ApiKeyCommand` when its key is first needed. */
export interface ApiKeyReader {
  /** The program's name, to tell people where the key comes from. */
  readonly place: string;
  /**
   * The key, which is kept in memory and never written anywhere. Throws `AuthError` `source_failed` with the reason, in
   * which nothing stands that the program printed; an abort throws the signal's reason.
   */
  read(signal?: AbortSignal): Promise<string>;
  /** Forgets the key, so that the next `read` runs the program again: for one that a server refused. */
  forget(): void;
}

const defaultTimeoutMs = 120_000;

/** Reads a key from a command: one line of its output, read once however many ask at the same time. */
export function createApiKeyReader(options: ApiKeyReaderOptions): ApiKeyReader {
  const { command, env } = options;
  const place = displayText(command.program, 100);
  let pending: Reading | undefined;

  async function run(signal: AbortSignal): Promise<string> {
    const file = await findProgram(command.program, env);
    if (file === undefined)
      throw failed(place, "there is no such program; give its absolute path, or a name that is in PATH");
    const end = await runProgram({
      file,
      args: command.args ?? [],
      env: withoutOwnSecrets(env),
      timeoutMs: command.timeoutMs ?? defaultTimeoutMs,
      signal,
    });
    if (end.type === "failed") throw failed(place, end.reason);
    const lines = end.output.replace(/[\r\n]+$/, "").split(/\r?\n/);
    const [key = ""] = lines;
    if (key.trim() === "") throw failed(place, "it printed nothing");
    if (lines.length > 1) throw failed(place, `it printed ${lines.length} lines; one is expected`);
    if (!/^[\x21-\x7e]+$/.test(key)) throw failed(place, "what it printed has blanks or special characters");
    return key;
  }

  function start(): Reading {
    const stop = new AbortController();
    const reading: Reading = { key: run(stop.signal), stop, waiting: 0, over: false };
    // A failure is not kept: the next call tries again.
    reading.key.then(
      () => (reading.over = true),
      () => leave(reading),
    );
    return reading;
  }

  /** Ends a program for whose key nobody waits any more; after its end, that does nothing. */
  function leave(reading: Reading): void {
    if (pending === reading) pending = undefined;
    reading.over = true;
    reading.stop.abort(new Error("nobody waits for the key any more"));
  }

  return {
    place,
    async read(signal) {
      pending ??= start();
      const reading = pending;
      reading.waiting += 1;
      try {
        return await untilAborted(reading.key, signal);
      } finally {
        reading.waiting -= 1;
        if (reading.waiting === 0 && !reading.over) leave(reading);
      }
    },
    forget() {
      pending = undefined;
    },
  };
}

/** A run of the program, and how many wait for its key. */
interface Reading {
  readonly key: Promise<string>;
  readonly stop: AbortController;
  waiting: number;
  over: boolean;
}

/** A child has no use for our own token. */
export function withoutOwnSecrets(env: Environment): Environment {
  const { COPILOT_GITHUB_TOKEN: _own, ...rest } = env;
  return rest;
}

function failed(place: string, reason: string): AuthError {
  return new AuthError("source_failed", `The command ${place} gave no token: ${reason}.`);
}
