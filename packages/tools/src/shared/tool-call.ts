import type { ToolRunner } from "@zotpilot/core";

/** A call as the model makes it. */
export type ToolCall = Parameters<ToolRunner>[0];
