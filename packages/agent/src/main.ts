import { encodeLine } from "@zotpilot/ndjson";
import { complain } from "./complain.ts";
import { isFault, reportCrash } from "./crash/crash-file.ts";
import { errorLine, exitCodeOf, exitCodes, unsavedSentence, UsageError } from "./errors.ts";
import type { Io } from "./io.ts";
import type { CliOptions } from "./options.ts";
import { readPrompt } from "./modes/read-prompt.ts";
import { parseCommandLine, type Invocation } from "./program.ts";
import type { Runtime } from "./runtime/runtime.ts";

/**
 * The whole program: reads the command line, does what it says, and resolves with the exit code. Never throws, and
 * never ends the process. Aborting the signal stops what runs.
 */
export async function main(argv: readonly string[], io: Io, signal: AbortSignal): Promise<number> {
  let invocation: Invocation | undefined;
  try {
    invocation = parseCommandLine(argv, io.env);
    return await dispatch(invocation, io, signal);
  } catch (error) {
    if (signal.aborted) {
      if (wantsJson(invocation)) io.stdout.write(encodeLine({ type: "done" }));
      return exitCodes.interrupt;
    }
    const line = isFault(error)
      ? reportCrash(error, io.env)
      : errorLine(error instanceof Error ? error : new Error(String(error)));
    if (wantsJson(invocation)) {
      io.stdout.write(encodeLine({ type: "error", message: line }));
      io.stdout.write(encodeLine({ type: "done" }));
    }
    complain(io, line);
    if (io.env["ZOTPILOT_DEBUG"] && error instanceof Error) io.stderr.write(`${error.stack ?? ""}\n`);
    return exitCodeOf(error);
  }
}

async function dispatch(invocation: Invocation, io: Io, signal: AbortSignal): Promise<number> {
  switch (invocation.command) {
    case "text":
      io.stdout.write(invocation.text);
      return exitCodes.ok;
    case "login": {
      const { runLogin } = await import("./subcommands/login.ts");
      return runLogin(invocation.options, invocation.own, io, signal);
    }
    case "logout": {
      const { runLogout } = await import("./subcommands/logout.ts");
      return runLogout(invocation.options, invocation.all, io);
    }
    case "accounts": {
      const { runAccounts } = await import("./subcommands/accounts.ts");
      return runAccounts(invocation.options, invocation.own, io);
    }
    case "token": {
      const { runToken } = await import("./subcommands/token.ts");
      return runToken(invocation.options, invocation.own, io, signal);
    }
    case "sessions": {
      const { runSessions } = await import("./subcommands/sessions.ts");
      return runSessions(invocation.options, invocation.own, io);
    }
    case "permissions": {
      const { runPermissions } = await import("./subcommands/permissions.ts");
      return runPermissions(invocation.options, invocation.own, io);
    }
    case "doctor": {
      const { runDoctor } = await import("./subcommands/doctor.ts");
      return runDoctor(invocation.options, invocation.json, io, signal);
    }
    case "status": {
      const { runStatus } = await import("./subcommands/status.ts");
      return runStatus(invocation.options, invocation.json, io, signal);
    }
    case "models": {
      const { runModels } = await import("./subcommands/models.ts");
      return runModels(invocation.options, invocation.json, io, signal);
    }
    case "run":
      return runMode(invocation.options, io, signal);
  }
}

async function runMode(options: CliOptions, io: Io, signal: AbortSignal): Promise<number> {
  if (options.mode === "interactive" && !(io.stdin.isTTY && io.stdout.isTTY)) {
    throw new UsageError(
      "the chat needs a terminal; use -p for one answer, --json for its events, or rpc to drive it from a program.",
    );
  }
  // Before anything is contacted or said: a missing prompt is a wrong use.
  const prompt =
    options.mode === "print" || options.mode === "json" ? await readPrompt(options.prompt, io, signal) : "";
  const { createRuntime } = await import("./runtime/create-runtime.ts");
  const onWarning = (sentence: string): void => complain(io, sentence);
  // The chat shows warnings itself: a line written beside its screen would tear it.
  const isChat = options.mode === "interactive";
  const runtime = createRuntime({
    options,
    env: io.env,
    // The chat ends in its own way, with the terminal given back first.
    ...(!isChat && { onWarning, signal }),
  });
  try {
    // The chat is on the screen before a keychain is opened, which may make a person wait.
    if (!isChat) await runtime.connect();
    switch (options.mode) {
      case "interactive": {
        // What draws for Ink asks the process's own environment, once and when it is loaded, and not for NO_COLOR.
        if (io.env["NO_COLOR"]) process.env["FORCE_COLOR"] ??= "0";
        const { runInteractive } = await import("./modes/interactive.tsx");
        return await runInteractive(runtime, {
          io,
          signal,
          ...(options.prompt && { initialPrompt: options.prompt }),
        });
      }
      case "print": {
        const { runPrint } = await import("./modes/print.ts");
        return await runPrint(runtime, prompt, io, signal);
      }
      case "json": {
        const { runJson } = await import("./modes/json.ts");
        return await runJson(runtime, prompt, io, signal);
      }
      case "rpc": {
        const { runRpc } = await import("./modes/rpc.ts");
        return await runRpc(runtime, io, signal);
      }
    }
  } finally {
    await closeRuntime(runtime, onWarning);
  }
}

async function closeRuntime(runtime: Runtime, onWarning: (sentence: string) => void): Promise<void> {
  await runtime.close();
  if (runtime.unsaved > 0) onWarning(unsavedSentence(runtime.unsaved));
}

function wantsJson(invocation: Invocation | undefined): boolean {
  return invocation?.command === "run" && invocation.options.mode === "json";
}
