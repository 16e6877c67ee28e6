import type { CliOptions } from "../options.ts";

/** What holds the model's tools back, and what does not: one sentence each, for people. */
export function guardSentences({
  yes,
  confined,
  sandboxed,
}: Pick<CliOptions, "yes" | "confined" | "sandboxed">): string[] {
  return [
    yes
      ? "calls: all are permitted (--yes), but for what rules deny and what is always asked about"
      : "calls: reading runs, everything else is asked about or needs a rule (`zotpilot permissions`)",
    confined
      ? "files: tools for files stay in this folder (--confine)"
      : "files: tools for files go where you may go (--confine keeps them in this folder)",
    sandboxed
      ? "commands: run in the system's sandbox (--sandbox): no network, and writing in this folder alone"
      : "commands: are not confined: one that was permitted can do what you can (--sandbox confines them)",
  ];
}
