import { chown, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import type { Tool, ToolResult, ToolRisk } from "@zotpilot/core";
import type { ToolCall } from "../src/shared/tool-call.ts";
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

/** A folder for the tests of one file, gone when they are over. */
export function permanentFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "zotpilot-tools-")));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A call as the model makes it. */
export function toolCall(name: string, input: unknown): ToolCall {
  return { type: "tool_call", id: "call-1", name, arguments: JSON.stringify(input) };
}

/** A call of bash. */
export function bashCall(command: string): ToolCall {
  return toolCall("bash", { command });
}

/** What our own tools may do. */
export function riskOf(tool: string): ToolRisk | undefined {
  const risks: Record<string, ToolRisk> = {
    read: "read",
    glob: "read",
    grep: "read",
    write: "write",
    edit: "write",
    bash: "execute",
  };
  return risks[tool];
}

/** The text of a result. */
export function textOf(result: ToolResult): string {
  return result.content.map((part) => (part.type === "text" ? part.text : `<${part.mimeType}>`)).join("\n");
}

/**
 * Runs something as a user who is not root, since root may read everything. `folder` is theirs from then on. Where the
 * tests do not run as root it is run as it is.
 */
export async function asNobody<Value>(folder: string, run: () => Promise<Value>): Promise<Value> {
  if (process.getuid?.() !== 0) return run();
  const nobody = 65_534;
  await chown(folder, nobody, nobody);
  process.seteuid?.(nobody);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}
