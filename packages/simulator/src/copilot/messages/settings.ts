import { isRecord, type Call } from "../../http/call.ts";
import { betasOf, CONTEXT_MANAGEMENT, INTERLEAVED_THINKING } from "../betas.ts";
import type { ModelEntry } from "../model-catalogue.ts";

type Body = Record<string, unknown>;

/** Which versions the service knows is not public; clients send none, old ones and the newest. */
const VERSION = /^\d{4}-\d{2}-\d{2}$/;
const MAX_CACHE_MARKS = 4;
const MIN_THINKING = 1024;

/** What is wrong with a messages request besides its messages. */
export function wrongSettings(call: Call, body: Body, model: ModelEntry): string | undefined {
  const version = call.headers["anthropic-version"];
  if (version !== undefined && !VERSION.test(version)) {
    return `anthropic-version: "${version}" is not a valid version`;
  }
  const max = body["max_tokens"];
  if (max === undefined) return "max_tokens: Field required";
  if (!Number.isSafeInteger(max) || Number(max) < 1) {
    return "max_tokens: Input should be greater than or equal to 1";
  }
  if (body["context_management"] !== undefined && !betasOf(call).includes(CONTEXT_MANAGEMENT)) {
    return "context_management: Extra inputs are not permitted";
  }
  const marks = countMarks(body["system"]) + countMarks(body["tools"]) + countMarks(body["messages"]);
  if (marks > MAX_CACHE_MARKS) {
    return `A maximum of ${MAX_CACHE_MARKS} blocks with cache_control may be provided. Found ${marks}.`;
  }
  return wrongThinkingSettings(call, body, model);
}

/** Whether the model is asked to think. */
export function asksToThink(body: Readonly<Body>): boolean {
  const thinking = body["thinking"];
  return isRecord(thinking) && (thinking["type"] === "enabled" || thinking["type"] === "adaptive");
}

function wrongThinkingSettings(call: Call, body: Body, model: ModelEntry): string | undefined {
  if (!asksToThink(body) || !isRecord(body["thinking"])) return undefined;
  const { type, budget_tokens: budget } = body["thinking"];
  const { adaptive_thinking: adaptive } = model.capabilities.supports;
  if (type === "adaptive" && (adaptive === undefined || adaptive === false || adaptive === "unsupported")) {
    return "adaptive thinking is not supported on this model";
  }
  if (type === "enabled") {
    if (!Number.isSafeInteger(budget) || Number(budget) < MIN_THINKING) {
      return `thinking.enabled.budget_tokens: Input should be greater than or equal to ${MIN_THINKING}`;
    }
    if (Number(budget) >= Number(body["max_tokens"]) && !betasOf(call).includes(INTERLEAVED_THINKING)) {
      return "max_tokens must be greater than thinking.budget_tokens";
    }
  }
  if ((body["temperature"] ?? 1) !== 1) return "temperature may only be set to 1 when thinking is enabled";
  if (Number(body["top_p"] ?? 1) < 0.95)
    return "top_p must be at least 0.95 or unset when thinking is enabled";
  return undefined;
}

/** Counts marks on blocks, also on those inside of messages and tool results, and not inside of tool inputs. */
function countMarks(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, entry: unknown) => sum + countMarks(entry), 0);
  if (!isRecord(value)) return 0;
  const own = isRecord(value["cache_control"]) ? 1 : 0;
  return own + countMarks(value["content"]);
}
