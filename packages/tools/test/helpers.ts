import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tool, ToolResult } from "@zotpilot/core";
import { onTestFinished } from "vitest";

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "zotpilot-tools-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What a test may say about a call. */
export interface CallOptions {
  signal?: AbortSignal;
  progress?: (text: string) => void;
}

/** Runs a tool as the agent does. */
export function call(
  tool: Tool,
  cwd: string,
  input: unknown,
  { signal = new AbortController().signal, progress = () => {} }: CallOptions = {},
): Promise<ToolResult> {
  return tool.run(input, { cwd, signal, progress });
}

/** Runs a tool and gives the text of its result. */
export async function callText(
  tool: Tool,
  cwd: string,
  input: unknown,
  options?: CallOptions,
): Promise<string> {
  const result = await call(tool, cwd, input, options);
  return result.content.map((part) => (part.type === "text" ? part.text : `<${part.mimeType}>`)).join("\n");
}
