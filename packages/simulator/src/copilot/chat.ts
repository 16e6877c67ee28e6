import { randomBytes } from "node:crypto";
import type { SpokenAnswer } from "../answer/answer.ts";
import { json } from "../http/reply.ts";
import { chunksOf, usageFields, type ChunkContext } from "./chunks.ts";
import { isStreamed, streamEvents, type ModelWire } from "./model-call.ts";
import { argumentsOf, callId } from "./speech.ts";
import { reasoningTokens, usageOf } from "./usage.ts";
import { validateChat } from "./validate.ts";

/** `POST /chat/completions` */
export const chatWire: ModelWire = {
  endpoint: "/chat/completions",
  stage: "chat",
  validate: (world, call) => validateChat(world.models, call),
  speak(world, valid, spoken) {
    const context: ChunkContext = {
      model: valid.model,
      created: Math.floor(world.clock.now() / 1000),
      usage: usageOf(valid, spoken),
      reasoningTokens: reasoningTokens(spoken),
      finishReason: spoken.finishReason ?? (spoken.toolCalls.length > 0 ? "tool_calls" : "stop"),
    };
    if (!isStreamed(valid)) return json(200, wholeAnswer(spoken, context));
    const write = (payload: Record<string, unknown>): string => `data: ${JSON.stringify(payload)}\n\n`;
    return streamEvents(chunksOf(spoken, context), spoken, world.pace, write, "data: [DONE]\n\n");
  },
};

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
    ...(context.usage === null ? {} : { usage: usageFields(context) }),
  };
}
