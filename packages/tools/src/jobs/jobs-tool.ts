import { defineTool, type Tool, type ToolDetails } from "@zotpilot/core";
import { z } from "zod";
import { optionalCount } from "../shared/count.ts";
import { detailed } from "../shared/details.ts";
import { cutEnd } from "../shared/text.ts";
import { MAX_BYTES } from "../shared/limits.ts";
import { ToolError } from "../shared/tool-error.ts";
import type { Job, Jobs } from "./jobs.ts";

const DEFAULT_LINES = 50;

/** Makes the tool that looks after background commands: `{ action: "list" | "tail" | "stop", id?, lines? }`. */
export function createJobsTool(jobs: Jobs, shell: string): Tool {
  return defineTool({
    name: "jobs",
    description:
      `Look after commands that ${shell} started with background: list them, tail the output of one (lines, default ` +
      `${DEFAULT_LINES}), or stop one.`,
    // It stops nothing but what this agent started.
    risk: "read",
    input: z.object({
      action: z.enum(["list", "tail", "stop"]),
      id: z.string().optional(),
      lines: optionalCount(2_000),
    }),
    async run({ action, id, lines = DEFAULT_LINES }) {
      if (action === "list") {
        const text = jobs.list().map(line).join("") || "there are no background jobs\n";
        return detailed(text, { jobs: jobs.list().map(detailsOf) });
      }
      if (id === undefined) throw new ToolError("bad_input", `${action} needs the id of a job`);
      const job = jobs.get(id);
      if (action === "stop") await job.stop();
      const text = cutEnd(Buffer.from(job.tail(lines)), MAX_BYTES).toString("utf8");
      const ended = text === "" || text.endsWith("\n") ? text : `${text}\n`;
      return detailed(`${line(job)}${ended === "" ? "" : `\n${ended}`}`, detailsOf(job));
    },
  });
}

function detailsOf({ id, command, end, startedAt }: Job): ToolDetails {
  return {
    job: id,
    command: firstLine(command),
    running: end === undefined,
    started_at: new Date(startedAt).toISOString(),
    ...(end && { exit_code: end.stoppedBy ? -1 : (end.code ?? -1) }),
  };
}

function firstLine(command: string): string {
  const [first = ""] = command.split("\n");
  return first.length > 100 ? `${first.slice(0, 100).toWellFormed()}...` : first;
}

function line(job: Job): string {
  const { end } = job;
  const state = end
    ? `ended, exit ${end.code ?? -1}${end.stoppedBy === "abort" ? " (stopped)" : end.signal ? ` (${end.signal})` : ""}`
    : `running for ${Math.round((Date.now() - job.startedAt) / 1000)} s`;
  return `${job.id}: ${state}: ${firstLine(job.command)}\n`;
}
