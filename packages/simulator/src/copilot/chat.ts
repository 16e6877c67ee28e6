import { randomBytes } from "node:crypto";
import type { AnswerRequest, AnswerUsage, SpokenAnswer } from "../answer/answer.ts";
import type { Call } from "../http/call.ts";
import { json, type FullReply, type Reply, type Step } from "../http/reply.ts";
import type { World } from "../world.ts";
import { argumentsOf, callId, chunksOf, usageFields, type ChunkContext } from "./chunks.ts";
import { isReply, promptTokens, validateChat, type ValidChat } from "./validate.ts";

/** The head of every event stream. */
export const STREAM_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-cache" };

/** `POST /chat/completions`, after the guard. */
export async function completeChat(world: World, call: Call): Promise<Reply> {
  const valid = validateChat(world.models, call);
  if (isReply(valid)) return valid;
  return world.run("wire", call, () =>
    world.run("chat", call, async () => {
      if ((call.headers["x-initiator"] ?? "user") === "user")
        world.quota.spend(valid.model.billing?.multiplier ?? 0);
      const said = await world.script(requestFor(world, call, valid));
      if (said.type === "refused") return refused(said.status, said.body, said.headers);
      return spokenReply(world, valid, said);
    }),
  );
}

function requestFor(world: World, call: Call, valid: ValidChat): AnswerRequest {
  return {
    model: valid.model.id,
    // The shapes were checked as far as the service checks them; a script reads what the client sent.
    messages: valid.messages as unknown as AnswerRequest["messages"],
    tools: valid.tools as unknown as AnswerRequest["tools"],
    stream: valid.stream,
    number: world.nextChatNumber(),
    body: valid.body,
    headers: call.headers,
  };
}

/** Turns a spoken answer into a stream, or into one JSON body when the client or the model does not stream. */
export function spokenReply(world: World, valid: ValidChat, spoken: SpokenAnswer): Reply {
  const context: ChunkContext = {
    model: valid.model,
    created: Math.floor(world.clock.now() / 1000),
    usage: spoken.usage === undefined ? estimateUsage(valid, spoken) : spoken.usage,
    finishReason: spoken.finishReason ?? (spoken.toolCalls.length > 0 ? "tool_calls" : "stop"),
  };
  if (!valid.stream || valid.model.capabilities.supports["streaming"] === false) {
    return json(200, wholeAnswer(spoken, context));
  }
  const steps = answerSteps(spoken, context, world.pace);
  return { type: "stream", status: 200, headers: STREAM_HEADERS, steps };
}

function* answerSteps(spoken: SpokenAnswer, context: ChunkContext, pace: number): Generator<Step> {
  let deltas = 0;
  for (const chunk of chunksOf(spoken, context)) {
    if (spoken.breakOff !== undefined && deltas >= spoken.breakOff.afterDeltas) {
      if (spoken.breakOff.how !== "end") yield { type: spoken.breakOff.how };
      return;
    }
    if (chunk.isDelta) {
      const delayMs = spoken.delayMs ?? (chunk.isCall === true ? 0 : pace);
      if (delayMs > 0) yield { type: "wait", ms: delayMs };
      deltas += 1;
    }
    yield { type: "data", bytes: `data: ${JSON.stringify(chunk.payload)}\n\n` };
  }
  yield { type: "data", bytes: "data: [DONE]\n\n" };
}

/** The non-streamed form. Claude splits one answer over several choices: first the text, then one a tool call. */
function wholeAnswer(spoken: SpokenAnswer, context: ChunkContext): Record<string, unknown> {
  const isClaude = context.model.vendor === "Anthropic";
  const calls = spoken.toolCalls.map((call) => ({
    function: { arguments: argumentsOf(call), name: call.name },
    id: callId(call, isClaude ? "toolu_" : "call_"),
    type: "function",
  }));
  const reasoning = {
    ...(spoken.reasoning?.text === undefined ? {} : { reasoning_text: spoken.reasoning.text }),
    ...(spoken.reasoning?.opaque === undefined ? {} : { reasoning_opaque: spoken.reasoning.opaque }),
  };
  const speech = { role: "assistant", content: spoken.text === "" ? null : spoken.text, ...reasoning };
  const finish = { finish_reason: context.finishReason };
  const choices =
    isClaude && calls.length > 0
      ? [
          { ...finish, message: speech },
          ...calls.map((call) => ({ ...finish, message: { role: "assistant", tool_calls: [call] } })),
        ]
      : [{ index: 0, ...finish, message: { ...speech, ...(calls.length > 0 ? { tool_calls: calls } : {}) } }];
  return {
    choices,
    created: context.created,
    id: isClaude ? randomBytes(16).toString("hex") : `chatcmpl-${randomBytes(12).toString("hex")}`,
    model: context.model.version,
    object: "chat.completion",
    ...(context.usage === null ? {} : { usage: usageFields(context.usage) }),
  };
}

function estimateUsage(valid: ValidChat, spoken: SpokenAnswer): AnswerUsage {
  const calls = spoken.toolCalls.map((call) => call.name + argumentsOf(call)).join("");
  return {
    promptTokens: promptTokens(valid.messages) + Math.ceil(JSON.stringify(valid.tools).length / 4),
    completionTokens: Math.ceil(
      (spoken.text.length + calls.length + (spoken.reasoning?.text ?? "").length) / 4,
    ),
  };
}

function refused(status: number, body: unknown, headers: Record<string, string>): FullReply {
  const kind = { "content-type": "text/plain; charset=utf-8", ...headers };
  return {
    type: "full",
    status,
    headers: kind,
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}
