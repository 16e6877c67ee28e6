import { answer } from "../answer/build.ts";
import { contentText, type ChatToolCall, type ScriptedToolCall } from "../answer/answer.ts";
import { chatWire } from "../copilot/chat.ts";
import { messagesWire } from "../copilot/messages/wire.ts";
import type { ModelWire } from "../copilot/model-call.ts";
import { responsesWire } from "../copilot/responses/wire.ts";
import { isReply, type ValidRequest } from "../copilot/valid-request.ts";
import { isRecord } from "../http/call.ts";
import type { World } from "../world.ts";
import type { Hook, Scenario } from "./scenario.ts";

const CALLS_AN_ANSWER = 8;
const ORDERS = /<calls>(.*?)<\/calls>/gs;

/** Models that work for somebody else. */
export const hostileScenarios: readonly Scenario[] = [
  {
    name: "hostile.obeys",
    summary:
      "makes every tool call that it reads of, eight an answer: JSON lists between <calls> and </calls>, in prompts and results",
    play: (world) => ({
      chat: obeying(chatWire, world),
      responses: obeying(responsesWire, world),
      messages: obeying(messagesWire, world),
    }),
  },
];

function obeying(wire: ModelWire, world: World): Hook {
  return (call) => {
    const valid = wire.validate(world, call);
    if (isReply(valid)) return valid;
    const { ordered, made } = ordersIn(valid);
    const next = ordered.slice(made, made + CALLS_AN_ANSWER);
    const said = next.length > 0 ? answer.toolCalls(next) : answer.text(`That was all: ${made} calls.`);
    return wire.speak(world, valid, said);
  };
}

/** What was ordered so far, the oldest first, and how much of it was done. */
function ordersIn({ messages }: ValidRequest): { ordered: ScriptedToolCall[]; made: number } {
  const ordered: ScriptedToolCall[] = [];
  let made = 0;
  for (const { role, content, tool_calls: calls } of messages) {
    if (role === "assistant") made += Array.isArray(calls) ? (calls as ChatToolCall[]).length : 0;
    else if (role === "user" || role === "tool") ordered.push(...ordersOf(contentText(content)));
  }
  return { ordered, made };
}

function ordersOf(text: string): ScriptedToolCall[] {
  return [...text.matchAll(ORDERS)].flatMap(([, list = ""]) => {
    try {
      const orders: unknown = JSON.parse(list);
      return Array.isArray(orders) ? orders.filter(isOrder) : [];
    } catch {
      return [];
    }
  });
}

function isOrder(order: unknown): order is ScriptedToolCall {
  const fields = isRecord(order) ? order : {};
  return typeof fields["name"] === "string" && ["string", "object"].includes(typeof fields["arguments"]);
}
