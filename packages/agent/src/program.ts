import { Command, CommanderError, Option } from "commander";
import { UsageError } from "./errors.ts";
import type { CliOptions } from "./options.ts";
import { collect, positiveInteger, positiveNumber, reasoningLevel } from "./option-values.ts";
import { readOptions, type RawOptions } from "./read-options.ts";
import type { AccountsCommandOptions } from "./subcommands/accounts.ts";
import type { LoginCommandOptions } from "./subcommands/login.ts";
import {
  checkPermissionAction,
  permissionActionsHelp,
  type PermissionsCommandOptions,
} from "./subcommands/permission-actions.ts";
import { checkSessionAction, sessionActionsHelp } from "./subcommands/session-actions.ts";
import type { SessionsCommandOptions } from "./subcommands/sessions.ts";
import { version } from "./runtime/version.ts";

/** A command line, understood. */
export type Invocation =
  | { command: "run"; options: CliOptions }
  | { command: "login"; options: CliOptions; own: LoginCommandOptions }
  | { command: "logout"; options: CliOptions; all: boolean }
  | { command: "accounts"; options: CliOptions; own: AccountsCommandOptions }
  | { command: "token"; options: CliOptions; own: { show: boolean; toTerminal: boolean } }
  | { command: "sessions"; options: CliOptions; own: SessionsCommandOptions }
  | { command: "permissions"; options: CliOptions; own: PermissionsCommandOptions }
  | { command: "doctor"; options: CliOptions; json: boolean }
  | { command: "status"; options: CliOptions; json: boolean }
  | { command: "models"; options: CliOptions; json: boolean }
  /** `--help` or `--version`: the text to print. */
  | { command: "text"; text: string };

interface RawSessionOptions {
  at?: string;
  force?: boolean;
  olderThan?: number;
  keep?: number;
  maxSize?: number;
  dryRun?: boolean;
}

/** Reads a command line (without the program's name). Throws a {@link UsageError} that says what is wrong with it. */
export function parseCommandLine(
  argv: readonly string[],
  env: Record<string, string | undefined>,
): Invocation {
  let invocation: Invocation | undefined;
  let text = "";
  const output = {
    writeOut: (part: string) => void (text += part),
    writeErr: () => undefined,
    outputError: () => undefined,
  };

  const program = new Command("zotpilot")
    .description("A coding agent for your terminal, on your GitHub Copilot subscription.")
    .argument("[prompt...]", "what to do; opens the chat with it, or runs it with -p or --json")
    .option("-p, --print", "run one prompt, print the answer, and end")
    .option("--json", "run one prompt and print every event as a line of JSON")
    .addOption(new Option("--rpc", "the same as the rpc command").hideHelp())
    .option("-m, --model <id>", "the model to ask (see: zotpilot models)")
    .option(
      "--reasoning <level>",
      "how hard the model thinks: off to max, as far as it offers that",
      reasoningLevel,
    )
    .option("-c, --continue", "go on with the last conversation of this folder")
    .option("-r, --resume <session>", "go on with a conversation: its id, the beginning of it, or its name")
    .option("--no-session", "keep the conversation in memory only")
    .option("--max-steps <n>", "stop after so many model calls", positiveInteger)
    .option(
      "--max-requests <n>",
      "stop after so many model calls in all, tries again included",
      positiveInteger,
    )
    .option("--max-credits <n>", "stop after so many of Copilot's AI credits", positiveNumber)
    .option("--append <text>", "add to the system prompt; can be repeated", collect)
    .option("-y, --yes", "run every tool without asking")
    .option(
      "--allow <rule>",
      'permit calls without asking, such as: edit, "bash(npm test)"; can be repeated',
      collect,
    )
    .option("--deny <rule>", "forbid calls; can be repeated", collect)
    .option("--confine", "hold the file tools to this folder")
    .option("--sandbox", "run commands in the system's sandbox: no network, writing only in this folder")
    .option("--trust", "use the skills that the project brings along")
    .option("--cwd <folder>", "the folder to work in")
    .option("--demo", "use the built-in demo: no account, and no AI")
    .option("--host <host>", "github.com, <tenant>.ghe.com, or a simulator's address")
    .option("--account <login>", "which signed-in account to use")
    .option("--token-source <name>", "also use another tool's token: gh_env, gh_cli, editors", collect)
    .version(version, "-V, --version")
    .helpOption("-h, --help")
    .helpCommand(false)
    .addHelpText("after", helpFooter)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput(output);

  const common = (): RawOptions => program.opts<RawOptions>();
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .helpOption("-h, --help")
      .exitOverride()
      .configureOutput(output);

  program.action((words: string[]) => {
    const raw = common();
    const modes = (["print", "json", "rpc"] as const).filter((mode) => raw[mode]);
    if (modes.length > 1)
      throw new UsageError(`--${modes.join(" and --")} cannot be used together; choose one.`);
    const options = readOptions(raw, env, words.join(" "), modes[0] ?? "interactive");
    if (options.mode === "rpc" && options.prompt !== "")
      throw new UsageError("rpc takes its prompts from stdin, not from the command line.");
    invocation = { command: "run", options };
  });
  const isJson = (): boolean => common().json === true;
  command("login", "sign in with GitHub")
    .option("--no-browser", "do not open a browser; the code that is shown is enough")
    .option("--with-token", "read a token from standard input instead")
    .action((own: { browser: boolean; withToken?: boolean }) => {
      const asked = { openBrowser: own.browser, withToken: own.withToken === true, json: isJson() };
      invocation = { command: "login", options: readOptions(common(), env), own: asked };
    });
  command("logout", "forget the account in use, or --account, or --all")
    .option("--all", "every account")
    .action((own: { all?: boolean }) => {
      invocation = { command: "logout", options: readOptions(common(), env), all: own.all === true };
    });
  command("accounts", "list who is signed in, or choose who is used")
    .option("--use <account>", "use this account from now on")
    .option("--here", "with --use: only in this folder and below")
    .action((own: { use?: string; here?: boolean }) => {
      const asked = { here: own.here === true, json: isJson(), ...(own.use && { use: own.use }) };
      invocation = { command: "accounts", options: readOptions(common(), env), own: asked };
    });
  command("token", "print the account's GitHub token for another program")
    .option("--show", "yes, show the secret")
    .option("--to-terminal", "also to a terminal")
    .action((own: { show?: boolean; toTerminal?: boolean }) => {
      const asked = { show: own.show === true, toTerminal: own.toTerminal === true };
      invocation = { command: "token", options: readOptions(common(), env), own: asked };
    });
  command("sessions", "list the conversations of this folder; show, search, fork or delete them")
    .argument("[action]", "see below", "list")
    .argument("[words...]", "a session (its id, the beginning of it, or its name), a text, a file")
    .option("--at <entry>", "fork: the last entry that the fork has, as show lists them")
    .option("--force", "export: replace a file that is there")
    .option("--older-than <days>", "prune: those last written longer ago", positiveNumber)
    .option("--keep <n>", "prune: all but so many", positiveInteger)
    .option("--max-size <MB>", "prune: the oldest, until the rest is no larger", positiveNumber)
    .option("--dry-run", "prune: only say which")
    .addHelpText("after", sessionActionsHelp())
    .action((asked: string, words: string[], raw: RawSessionOptions) => {
      const action = checkSessionAction(asked, words, Object.keys(raw).map(optionName));
      const own = {
        action,
        words,
        json: isJson(),
        force: raw.force === true,
        dryRun: raw.dryRun === true,
        ...(raw.at !== undefined && { at: raw.at }),
        ...(raw.olderThan !== undefined && { olderThanDays: raw.olderThan }),
        ...(raw.keep !== undefined && { keep: raw.keep }),
        ...(raw.maxSize !== undefined && { maxMegabytes: raw.maxSize }),
      };
      invocation = { command: "sessions", options: readOptions(common(), env), own };
    });
  command("permissions", "list, add and take back the rules about tools that count in this folder")
    .argument("[action]", "see below", "list")
    .argument("[rule]", 'such as: edit, "bash(npm test)"')
    .addOption(new Option("--revoke <rule>", "the same as revoke").hideHelp())
    .addHelpText("after", permissionActionsHelp)
    .action((asked: string, rule: string | undefined, raw: { revoke?: string }) => {
      const own = checkPermissionAction(raw.revoke === undefined ? asked : "revoke", raw.revoke ?? rule);
      invocation = {
        command: "permissions",
        options: readOptions(common(), env),
        own: { ...own, json: isJson() },
      };
    });
  command("doctor", "find out what stands between this machine and Copilot").action(() => {
    invocation = { command: "doctor", options: readOptions(common(), env), json: isJson() };
  });
  command("status", "show who is signed in, where that is kept, and the plan").action(() => {
    invocation = { command: "status", options: readOptions(common(), env), json: isJson() };
  });
  command("models", "list the models of the account").action(() => {
    invocation = { command: "models", options: readOptions(common(), env), json: isJson() };
  });
  command("rpc", "serve the agent to another program over stdin and stdout").action(() => {
    invocation = { command: "run", options: readOptions(common(), env, "", "rpc") };
  });

  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { command: "text", text };
    throw new UsageError(`${sentence(error.message)} \`zotpilot --help\` lists what there is.`);
  }
  if (!invocation) throw new UsageError("nothing to do; `zotpilot --help` lists what there is.");
  return invocation;
}

/** An option as it is written, of the name that commander gives its value. */
function optionName(property: string): string {
  return `--${property.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function sentence(message: string): string {
  const text = message
    .replace(/^error: /, "")
    .replaceAll(/\s*\n\s*/g, " ")
    .trim();
  return /[.!?)]$/.test(text) ? text : `${text}.`;
}

const helpFooter = `
Examples:
  zotpilot                          open the chat in this folder
  zotpilot --demo                   the same, with the built-in demo
  zotpilot -p "what does this do?"  one answer, for scripts
  git diff | zotpilot -p "review"   standard input becomes part of the prompt
  zotpilot -c                       go on with the last conversation

Environment: COPILOT_GITHUB_TOKEN (a token to use instead of signing in), ZOTPILOT_HOME (where files are kept),
  ZOTPILOT_MODEL, ZOTPILOT_HOST, ZOTPILOT_DEMO (1, auto), ZOTPILOT_CLIENT_ID (the OAuth app to sign in with),
  ZOTPILOT_CREDENTIAL_STORE (auto, keychain, file), ZOTPILOT_TOKEN_SOURCES, ZOTPILOT_TOKEN_COMMAND (["program", "argument"])
Tokens are looked for in this order: standard input (login --with-token), COPILOT_GITHUB_TOKEN, ZOTPILOT_TOKEN_COMMAND,
  the account that signed in; then, when asked for, gh_env, gh_cli, editors
Exit codes: 0 ok, 1 error, 2 wrong use, 3 limit reached, 4 not signed in, 5 denied, 129 terminal closed, 130 interrupted, 143 terminated`;
