import { randomBytes } from "node:crypto";
import { answer } from "../answer/build.ts";
import { completeCode } from "../demo/complete-code.ts";
import { isRecord, type Call } from "../http/call.ts";
import { json, text, type FullReply, type Reply } from "../http/reply.ts";
import type { World } from "../world.ts";
import { streamEvents, type WireEvent } from "./model-call.ts";
import { words } from "./speech.ts";
import { findOfType, invalid, isReply } from "./valid-request.ts";

/** A completion request that passed every check. */
interface ValidCompletion {
  engine: string;
  prompt: string;
  suffix: string;
  language: string;
  count: number;
  maxTokens: number;
  stops: readonly string[];
  stream: boolean;
}

/** One of the texts that could stand at the cursor. */
interface Choice {
  text: string;
  finishReason: "stop" | "length";
}

/** `POST /v1/engines/{engine}/completions`, after the guard: code between a prompt and a suffix. */
export async function completePrompt(world: World, call: Call, engine: string): Promise<Reply> {
  const valid = validate(world, call, engine);
  if (isReply(valid)) return valid;
  return world.run("wire", call, () =>
    world.run("completions", call, async () => {
      const choices = Array.from({ length: valid.count }, (_, index) => choice(valid, index));
      const base = {
        id: `cmpl-${randomBytes(12).toString("hex")}`,
        created: Math.floor(world.clock.now() / 1000),
        model: engine,
      };
      const usage = usageOf(valid, choices);
      if (!valid.stream)
        return json(200, { ...base, object: "text_completion", choices: whole(choices), usage });
      const write = (payload: Record<string, unknown>): string => `data: ${JSON.stringify(payload)}\n\n`;
      const events = chunks(choices, base, usage);
      return streamEvents(events, answer.text(""), world.pace, write, "data: [DONE]\n\n");
    }),
  );
}

function validate(world: World, call: Call, engine: string): ValidCompletion | FullReply {
  const { body } = call;
  if (findOfType(world.models, engine, "completion") === undefined) return text(404, "engine not found\n");
  if (call.malformed || !isRecord(body)) return invalid("failed to parse request");
  const { prompt, suffix = "", n: count = 1, max_tokens: maxTokens = 500, stop = [], extra } = body;
  if (typeof prompt !== "string") return invalid("prompt must be a text");
  if (typeof suffix !== "string") return invalid("suffix must be a text");
  if (!isWithin(count, 1, 100)) return invalid("n must be a whole number from 1 to 100");
  if (!isWithin(maxTokens, 1, 4096)) return invalid("max_tokens must be a whole number from 1 to 4096");
  const stops: unknown[] = Array.isArray(stop) ? stop : [stop];
  if (!stops.every((one) => typeof one === "string" && one !== "")) return invalid("stop must be texts");
  const language = isRecord(extra) && typeof extra["language"] === "string" ? extra["language"] : "";
  const stream = body["stream"] === true;
  return { engine, prompt, suffix, language, count, maxTokens, stops: stops as string[], stream };
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
}

/** Ends before the first stop, or at the limit of tokens (four characters each). */
function choice(valid: ValidCompletion, index: number): Choice {
  const full = completeCode(valid.prompt, valid.language, index);
  const ends = valid.stops.map((stop) => full.indexOf(stop)).filter((at) => at !== -1);
  const stopped = full.slice(0, Math.min(full.length, ...ends));
  const most = valid.maxTokens * 4;
  return stopped.length <= most
    ? { text: stopped, finishReason: "stop" }
    : { text: stopped.slice(0, most), finishReason: "length" };
}

function whole(choices: readonly Choice[]): Record<string, unknown>[] {
  return choices.map((one, index) => ({
    index,
    text: one.text,
    finish_reason: one.finishReason,
    logprobs: null,
  }));
}

/** The choices word by word in turn, then the end of each. */
function* chunks(
  choices: readonly Choice[],
  base: Record<string, unknown>,
  usage: Record<string, unknown>,
): Generator<WireEvent> {
  const chunk = (index: number, said: string, finish: string | null): Record<string, unknown> => ({
    ...base,
    choices: [{ index, text: said, finish_reason: finish, logprobs: null }],
  });
  const pieces = choices.map((one) => words(one.text));
  const longest = Math.max(...pieces.map((list) => list.length));
  for (let at = 0; at < longest; at += 1) {
    for (const [index, list] of pieces.entries()) {
      const piece = list[at];
      if (piece !== undefined) yield { isDelta: true, payload: chunk(index, piece, null) };
    }
  }
  for (const [index, one] of choices.entries()) {
    const last = index === choices.length - 1 ? { usage } : {};
    yield { isDelta: false, payload: { ...chunk(index, "", one.finishReason), ...last } };
  }
}

function usageOf(valid: ValidCompletion, choices: readonly Choice[]): Record<string, unknown> {
  const asked = Math.ceil((valid.prompt.length + valid.suffix.length) / 4);
  const said = choices.reduce((sum, one) => sum + Math.ceil(one.text.length / 4), 0);
  return { prompt_tokens: asked, completion_tokens: said, total_tokens: asked + said };
}
