import { baseName, type ShellWord } from "../shell/words.ts";

const SENDERS =
  /^(curl|wget|http|https|xh|nc|ncat|netcat|socat|telnet|ssh|scp|sftp|ftp|rsync|rclone|dig|nslookup|host|ping|traceroute|whois|openssl|aws|gcloud|az|gh|glab|heroku|kubectl|mail|sendmail|mutt|curlie|aria2c|lftp|psql|mysql|redis-cli|mongosh)$/;
const INTERPRETERS =
  /^((ba|da|z|k|mk|a|fi|c|tc)?sh|node|nodejs|deno|bun|tsx|ts-node|python[\d.]*|pypy[\d.]*|perl|ruby|php|lua|luajit|Rscript|osascript|powershell|pwsh|cmd|awk|gawk|mawk|nawk|sed|ed|ex|vim?|nvim|emacs|expect|tclsh|groovy|scala|java|jshell|ghci|runghc|erl|iex|elixir|julia|swift|gdb|lldb|sqlite3|npx|pnpx|bunx|uvx|pipx|xargs|parallel|find|fd|env|sudo|doas|su|pkexec|eval|exec|source|\.|trap|ssh|docker|podman|nsenter|unshare|chroot|script|watch|time|timeout|nohup|busybox|make|git)$/i;

/** Whether a command sends something to another machine, or takes something from there. */
export function isSender(words: readonly ShellWord[]): boolean {
  const name = baseName(words[0]);
  if (SENDERS.test(name)) return true;
  // Its options can stand before the verb, some with a word of their own.
  const verb = /^(push|fetch|pull|clone|ls-remote|remote|send-email|submodule)$/;
  return name === "git" && words.some(({ value }) => verb.test(value));
}

/** Whether a command can run whatever it is given, so that to permit it once says nothing about the next time. */
export function isInterpreter(words: readonly ShellWord[]): boolean {
  const name = baseName(words[0]);
  // These two do what the project says, and the exact command stays the same one.
  if (name === "make") return false;
  if (name === "git") return words.some((word) => /^(-c|--exec-path|--config-env|-C)/.test(word.value));
  return INTERPRETERS.test(name);
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
