import { StringDecoder } from "node:string_decoder";
import type { CommandHost } from "../bash/command-host.ts";
import { createTextCleaner } from "../bash/clean-text.ts";
import { runCommand, type CommandEnd } from "../bash/run-command.ts";
import { ToolError } from "../shared/tool-error.ts";

/** A command that runs in the background. */
export interface Job {
  id: string;
  command: string;
  startedAt: number;
  /** How it ended; undefined while it runs. */
  end: CommandEnd | undefined;
  /** The last part of what it printed. */
  tail(lines: number): string;
  stop(): Promise<void>;
}

/** Commands that run in the background, of one bash tool. */
export interface Jobs {
  start(command: string, cwd: string, env: Record<string, string>): Job;
  list(): readonly Job[];
  /** Throws a {@link ToolError} (`not_found`) that names the jobs there are. */
  get(id: string): Job;
  stopAll(): Promise<void>;
}

const MAX_JOBS = 50;
const MAX_RUNNING = 16;
/** How much of the output is held in memory, in UTF-16 units. */
const MAX_TAIL = 100_000;
/** The longest time a timer can be set for, 24 days; a longer one would fire at once. */
const NO_LIMIT_MS = 2_147_483_647;

/** Starts with no jobs. They end with the program, at the latest. */
export function createJobs(host: CommandHost): Jobs {
  const jobs = new Map<string, Job>();
  let count = 0;

  return {
    start(command, cwd, env) {
      if ([...jobs.values()].filter(({ end }) => !end).length >= MAX_RUNNING) {
        throw new ToolError("refused", `${MAX_RUNNING} jobs are running already; stop one first`);
      }
      const oldest = [...jobs.values()].find(({ end }) => end);
      if (jobs.size >= MAX_JOBS && oldest) jobs.delete(oldest.id);
      const controller = new AbortController();
      const decoder = new StringDecoder("utf8");
      const clean = createTextCleaner();
      let recent = "";
      const job: Job = {
        id: `job-${(count += 1)}`,
        command,
        startedAt: Date.now(),
        end: undefined,
        tail: (lines) =>
          recent
            .split("\n")
            .slice(-lines - (recent.endsWith("\n") ? 1 : 0))
            .join("\n"),
        async stop() {
          controller.abort();
          await running;
        },
      };
      const request = {
        command,
        cwd,
        env,
        timeoutMs: NO_LIMIT_MS,
        signal: controller.signal,
        async onOutput(bytes: Buffer) {
          recent = (recent + clean(decoder.write(bytes))).slice(-MAX_TAIL);
        },
      };
      const running = runCommand(request, host).then(
        (end) => void (job.end = end),
        (error: unknown) => {
          recent += `${String(error)}\n`;
          job.end = { code: -1, signal: undefined, stoppedBy: undefined, leftRunning: false, durationMs: 0 };
        },
      );
      jobs.set(job.id, job);
      return job;
    },
    list: () => [...jobs.values()],
    get(id) {
      const job = jobs.get(id);
      if (job) return job;
      const known = [...jobs.keys()].join(", ");
      throw new ToolError(
        "not_found",
        `there is no job ${id}; ${known ? `there are ${known}` : "there are none"}`,
      );
    },
    async stopAll() {
      await Promise.all([...jobs.values()].filter(({ end }) => !end).map((job) => job.stop()));
    },
  };
}
