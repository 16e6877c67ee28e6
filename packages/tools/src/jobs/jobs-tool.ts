import { defineTool, type Tool } from "@zotpilot/core";
import { z } from "zod";
import { cutEnd } from "../shared/text.ts";
import { MAX_BYTES } from "../shared/limits.ts";
import { ToolError } from "../shared/tool-error.ts";
import type { Job, Jobs } from "./jobs.ts";

const DEFAULT_LINES = 50;

/** Makes the tool that looks after background commands: `{ action: "list" | "tail" | "stop", id?, lines? }`. */
export function createJobsTool(jobs: Jobs): Tool {
  return defineTool({
    name: "jobs",
    description:
      "Look after commands that bash started with background: list them, tail the output of one (lines, default " +
      `${DEFAULT_LINES}), or stop one.`,
    // It stops nothing but what this agent started.
    risk: "read",
    input: z.object({
      action: z.enum(["list", "tail", "stop"]),
      id: z.string().optional(),
      lines: z.int().min(1).max(2_000).optional(),
    }),
    async run({ action, id, lines = DEFAULT_LINES }) {
      if (action === "list") return jobs.list().map(line).join("") || "there are no background jobs\n";
      if (id === undefined) throw new ToolError("bad_input", `${action} needs the id of a job`);
      const job = jobs.get(id);
      if (action === "stop") await job.stop();
      const text = cutEnd(Buffer.from(job.tail(lines)), MAX_BYTES).toString("utf8");
      return `${line(job)}${text === "" ? "" : `\n${text.endsWith("\n") ? text : `${text}\n`}`}`;
    },
  });
}

function line(job: Job): string {
  const [first = ""] = job.command.split("\n");
  const shown = first.length > 100 ? `${first.slice(0, 100).toWellFormed()}...` : first;
  const { end } = job;
  const state = end
    ? `ended, exit ${end.code ?? -1}${end.stoppedBy === "abort" ? " (stopped)" : end.signal ? ` (${end.signal})` : ""}`
    : `running for ${Math.round((Date.now() - job.startedAt) / 1000)} s`;
  return `${job.id}: ${state}: ${shown}\n`;
}
