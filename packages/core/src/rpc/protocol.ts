import type { Line } from "@zotpilot/ndjson";
import { z } from "zod";
import { reasoningLevels } from "../agent/reasoning.ts";
import { kindOf, sentenceOf } from "./sentence.ts";

/** The version of zot's rpc protocol that is spoken here. */
export const PROTOCOL_VERSION = 1;

/** The longest line that a server takes unless it is told otherwise, in bytes. */
export const maxLineBytes = 64 * 1024 * 1024;

const id = z.string().optional();

const image = z.object({ mime_type: z.string(), data: z.string() });

/** Each request by its `type`; unknown keys are ignored. */
export const requests = {
  hello: z.object({
    type: z.literal("hello"),
    id,
    token: z.string().optional(),
    /** Whether the client answers `approval_request`s. */
    approvals: z.boolean().optional(),
  }),
  ping: z.object({ type: z.literal("ping"), id }),
  prompt: z.object({
    type: z.literal("prompt"),
    id,
    message: z.string().default(""),
    images: z.array(image).nullish(),
  }),
  respond: z.object({
    type: z.literal("respond"),
    id,
    /** The `id` of the `approval_request`, and its digest. */
    request_id: z.string(),
    digest: z.string(),
    decision: z.enum(["allow", "deny"]),
    remember: z.enum(["session", "project"]).nullish(),
    reason: z.string().nullish(),
  }),
  abort: z.object({ type: z.literal("abort"), id }),
  compact: z.object({ type: z.literal("compact"), id }),
  get_state: z.object({ type: z.literal("get_state"), id }),
  get_messages: z.object({ type: z.literal("get_messages"), id }),
  get_models: z.object({ type: z.literal("get_models"), id }),
  set_model: z.object({ type: z.literal("set_model"), id, model: z.string() }),
  set_reasoning: z.object({ type: z.literal("set_reasoning"), id, reasoning: z.enum(reasoningLevels) }),
  clear: z.object({ type: z.literal("clear"), id }),
};

/** A request by its name. */
export type RpcRequestOf<Name extends keyof typeof requests> = z.output<(typeof requests)[Name]>;

/** Any request that a client may send, one JSON object a line. */
export type RpcRequest = {
  [Name in keyof typeof requests]: z.input<(typeof requests)[Name]>;
}[keyof typeof requests];

/** The answer to a request; `id` is the request's. */
export interface RpcResponse {
  type: "response";
  /** The `type` of the request, empty when it could not be read. */
  command: string;
  id?: string;
  success: boolean;
  data?: Record<string, unknown>;
  error?: string;
}

/** What became of a line that came in. */
export type DecodedRequest =
  | { type: "request"; request: RpcRequestOf<keyof typeof requests> }
  | { type: "refused"; response: RpcResponse }
  | { type: "blank" };

/** Reads one line. Whatever it holds, the outcome is a request or one answer that says what was wrong. */
export function decodeRequest(line: Line, limit: number): DecodedRequest {
  // A last line without its line feed counts as well; without text, it was too long.
  if (line.type === "too_long" || (line.type === "torn" && line.text === "")) {
    return refuse("", undefined, `malformed json: line ${line.number} is longer than ${limit} bytes`);
  }
  if (line.text.trim() === "") return { type: "blank" };
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    return refuse("", undefined, `malformed json: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(value)) {
    return refuse("", undefined, `malformed json: expected an object, got ${kindOf(value)}`);
  }
  const fields = asGoReads(value);
  if (Array.isArray(fields["images"])) {
    fields["images"] = fields["images"].map((each: unknown) => (isObject(each) ? asGoReads(each) : each));
  }
  if (fields["id"] !== undefined && typeof fields["id"] !== "string") {
    return refuse("", undefined, `malformed json: id must be a string, got ${kindOf(fields["id"])}`);
  }
  const requestId = fields["id"];
  const type = fields["type"];
  if (type !== undefined && typeof type !== "string") {
    return refuse("", requestId, `malformed json: type must be a string, got ${kindOf(type)}`);
  }
  if (type === undefined || !Object.hasOwn(requests, type)) {
    return refuse(type ?? "", requestId, "unknown command");
  }
  const parsed = requests[type as keyof typeof requests].safeParse(fields);
  if (!parsed.success) return refuse(type, requestId, sentenceOf(type, parsed.error.issues[0], fields));
  return { type: "request", request: parsed.data };
}

function refuse(command: string, id: string | undefined, error: string): DecodedRequest {
  return {
    type: "refused",
    response: { type: "response", command, ...(id && { id }), success: false, error },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const knownKeys = new Set([...Object.values(requests), image].flatMap(({ shape }) => Object.keys(shape)));

/** As zot reads an object, whose clients may rely on it: keys count whatever their case, the last one wins, null is nothing. */
function asGoReads(value: object): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, field] of Object.entries(value)) {
    const lower = key.toLowerCase();
    if (knownKeys.has(lower) && field !== null) fields[lower] = field;
  }
  return fields;
}
