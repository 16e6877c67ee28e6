import { baseName } from "../shell/analyse.ts";
import type { ShellWord } from "../shell/words.ts";

const SENDERS =
  /^(curl|wget|http|https|xh|nc|ncat|netcat|socat|telnet|ssh|scp|sftp|ftp|rsync|rclone|dig|nslookup|host|ping|traceroute|whois|openssl|aws|gcloud|az|gh|glab|heroku|kubectl|mail|sendmail|mutt|curlie|aria2c|lftp|psql|mysql|redis-cli|mongosh)$/;
const INTERPRETERS =
  /^((ba|da|z|k|mk|a|fi|c|tc)?sh|node|nodejs|deno|bun|tsx|ts-node|python[\d.]*|pypy[\d.]*|perl|ruby|php|lua|luajit|Rscript|osascript|powershell|pwsh|cmd|awk|gawk|mawk|nawk|sed|ed|ex|vim?|nvim|emacs|expect|tclsh|groovy|scala|java|jshell|ghci|runghc|erl|iex|elixir|julia|swift|gdb|lldb|sqlite3|npx|pnpx|bunx|uvx|pipx|xargs|parallel|find|fd|env|sudo|doas|su|pkexec|eval|exec|source|\.|trap|ssh|docker|podman|nsenter|unshare|chroot|script|watch|time|timeout|nohup|busybox|make|git)$/i;

/** Whether a command sends something to another machine, or takes something from there. */
export function isSender(words: readonly ShellWord[]): boolean {
  const name = baseName(words[0]);
  if (SENDERS.test(name)) return true;
  const verb = words.slice(1).find((word) => !word.value.startsWith("-"))?.value ?? "";
  return name === "git" && /^(push|fetch|pull|clone|ls-remote|remote|send-email|submodule)$/.test(verb);
}

/** Whether a command can run whatever it is given, so that to permit it once says nothing about the next time. */
export function isInterpreter(words: readonly ShellWord[]): boolean {
  const name = baseName(words[0]);
  // These two do what the project says, and the exact command stays the same one.
  if (name === "make") return false;
  if (name === "git") return words.some((word) => /^(-c|--exec-path|--config-env|-C)/.test(word.value));
  return INTERPRETERS.test(name);
}

/** Arguments with which a program runs another one, or writes a file that its name does not tell. */
const RUNS_OR_WRITES: Readonly<Record<string, RegExp>> = {
  awk: /./,
  cargo: /^--config/,
  curl: /^(-[a-zA-Z]*[oOKTdFD]|--(output|remote|config|upload|data|form|dump|cookie-jar|create|proto-redir|write-out|libcurl|trace|next))/,
  diff: /^--(to|from)-file/,
  fd: /^-[^-]*[xX]|^--exec|^--list/,
  find: /^-(exec|ok|delete|fprint|fls)/,
  git: /^(-c|-C|--git-dir|--work-tree|--exec-path|--config-env|--o(u|$)|--output|--ext|--upload-pack|--receive-pack|--exec|-O|--open)/,
  go: /^--?(exec|toolexec|overlay|modfile|o)\b/,
  grep: /^$/,
  man: /^-[PH]|^--(pager|html)/,
  npm: /^--(script-shell|prefix|userconfig|node-options|git)|^-C/,
  pnpm: /^--(script-shell|dir)|^-C/,
  pytest: /^(-p|-c|--rootdir|--confcutdir|-o)/,
  rg: /^--(pre|hostname-bin|search-zip)|^-[^-]*z/,
  rsync: /^(-[a-zA-Z]*e|--rsh|--rsync-path|--delete)/,
  sed: /^-[^-]*[if]|^--(in-place|file|expression)/,
  sort: /^-[^-]*[oT]|^--(o|com|t)/,
  tar: /^(--(checkpoint-action|to-command|use-compress-program|info-script|new-volume-script|rsh-command|rmt-command|absolute-names)|-[a-zA-Z]*[IFP])/,
  tree: /^-[^-]*[oR]/,
  wget: /^(-[a-zA-Z]*[OPoa]|--(output|directory|post|body|use-askpass|execute|config|input)|-e)/,
  zip: /^(-[a-zA-Z]*T|--unzip-command|-TT)/,
};

/** The words of a command that make it do more than its name says. */
export function tellingWords(words: readonly ShellWord[]): string[] {
  const name = baseName(words[0]);
  const telling = Object.hasOwn(RUNS_OR_WRITES, name) ? RUNS_OR_WRITES[name] : undefined;
  return telling === undefined
    ? []
    : words
        .slice(1)
        .map((word) => word.value)
        .filter((word) => telling.test(word));
}

const HARMLESS_CURL =
  /^(-[sSfiIv]+|--(silent|show-error|fail|include|head|verbose|compressed)|--max-time=\d+)$/;

/** Whether a command only fetches from addresses, with none of the options that send, store or follow. */
export function onlyFetches(words: readonly ShellWord[]): boolean {
  const [name, ...rest] = words;
  if (name?.value !== "curl" || name.kind !== "plain") return false;
  return rest.every(
    (word) =>
      word.kind === "plain" &&
      (HARMLESS_CURL.test(word.value) || /^https:\/\/[^\s@{}[\]]+$/.test(word.value)),
  );
}
