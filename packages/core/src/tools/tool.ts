import type { ImagePart, TextPart, ToolCall, ToolSpec } from "@zotpilot/provider/model";
import { z } from "zod";
import type { AskForApproval, ToolRisk } from "../events/approval.ts";
import type { ToolDetails } from "../events/event.ts";

/** What a tool is told about the call it serves. */
export interface ToolContext {
  /** The folder that relative paths start from; absolute. */
  cwd: string;
  /** Aborted when the run is. A tool stops soon after and throws the signal's reason, or returns what it has. */
  signal: AbortSignal;
  /** Shows text while the tool works. Never sent to the model. */
  progress: (text: string) => void;
  /**
   * Asks a person whether the call may run; undefined while there is nobody to ask. Told as `approval_request` and
   * `approval_response`. Rejects with the signal's reason when it is aborted first.
   */
  ask?: AskForApproval;
}

/** What a tool gives back. The model is sent `content`, and nothing else. */
export interface ToolResult {
  content: (TextPart | ImagePart)[];
  isError: boolean;
  /**
   * For the screen and for programs, with zot's names where zot has them. Kept with the conversation. What is not plain
   * JSON, or does not fit into 64 KiB, is left out; see {@link ToolDetails}.
   */
  details?: ToolDetails;
}

/**
 * Something that the model can call. `run` takes the decoded arguments and checks them itself; an error that it
 * throws becomes an error result for the model.
 */
export interface Tool extends ToolSpec {
  risk: ToolRisk;
  /**
   * The files that a call with these arguments reads or changes, relative to the working folder or absolute. Calls that
   * share a file run one after another; calls that share none run side by side. Without it, or when it throws, a call
   * that may change something runs alone.
   */
  touches?(input: unknown): readonly string[];
  run(input: unknown, context: ToolContext): Promise<ToolResult>;
}

/** Thrown by a tool when the model's arguments do not fit its schema; the message names each wrong field. */
export class ToolInputError extends Error {
  override readonly name = "ToolInputError";
}

/** How a tool is written: its schema describes the arguments, and `run` receives them checked. */
export interface ToolDefinition<Schema extends z.ZodType> {
  name: string;
  description: string;
  /** `execute` when left out: whoever decides about calls is careful with what does not say. */
  risk?: ToolRisk;
  input: Schema;
  /** The files that a call reads or changes; see {@link Tool.touches}. */
  touches?(input: z.output<Schema>): readonly string[];
  run(input: z.output<Schema>, context: ToolContext): ToolResult | string | Promise<ToolResult | string>;
}

/**
 * Makes a {@link Tool} from a zod schema and a function. A string result is a text result.
 * Throws at once when the schema has no JSON Schema form.
 */
export function defineTool<Schema extends z.ZodType>(definition: ToolDefinition<Schema>): Tool {
  const { $schema: _, ...parameters } = z.toJSONSchema(definition.input, { io: "input", target: "draft-7" });
  return {
    name: definition.name,
    description: definition.description,
    risk: definition.risk ?? "execute",
    parameters,
    ...(definition.touches && {
      touches: (input: unknown) => definition.touches?.(definition.input.parse(input)) ?? [],
    }),
    async run(input, context) {
      const parsed = definition.input.safeParse(input);
      if (!parsed.success) {
        throw new ToolInputError(`invalid args for ${definition.name}: ${z.prettifyError(parsed.error)}`);
      }
      const result = await definition.run(parsed.data, context);
      return typeof result === "string" ? textResult(result) : result;
    },
  };
}

/** A successful result of one text. */
export function textResult(text: string): ToolResult {
  return { content: [{ type: "text", text }], isError: false };
}

/** A failed result of one text. */
export function errorResult(text: string): ToolResult {
  return { content: [{ type: "text", text }], isError: true };
}

/** Runs one tool call. What wraps it (approval, limits, confinement) has the same shape. */
export type ToolRunner = (call: ToolCall, context: ToolContext) => Promise<ToolResult>;

/** Wraps a {@link ToolRunner}: does something before, after, or instead of the next one. */
export type ToolMiddleware = (next: ToolRunner) => ToolRunner;
