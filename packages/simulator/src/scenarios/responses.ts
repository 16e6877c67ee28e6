import { createHash } from "node:crypto";
import { unverifiedReasoning, wrongReasoningId } from "../copilot/responses/reasoning.ts";
import { invalid } from "../copilot/valid-request.ts";
import { isRecord, type Call } from "../http/call.ts";
import type { FullReply, Reply } from "../http/reply.ts";
import { responsesStreams } from "./responses-streams.ts";
import type { Scenario } from "./scenario.ts";
import { streamed, streamOf } from "./streams.ts";
import { asksForStream, isFirstTurn, patchJson, reshape, turnsOf } from "./tools.ts";

/** How `/responses` answers. */
export const responsesScenarios: readonly Scenario[] = [
  ...responsesStreams.map((source) => streamed("responses", source)),
  {
    name: "responses.encrypted_rejected",
    summary:
      "thinks and calls tools; the first encrypted reasoning that comes back is invalid_encrypted_content, then and later",
    play() {
      const rejected = new Set<unknown>();
      return {
        responses: async (call, next) => {
          const brought = reasoningOf(call).map(({ item }) => item["encrypted_content"]);
          if (rejected.size === 0) for (const content of brought) rejected.add(content);
          if (brought.some((content) => rejected.has(content))) return unverifiedReasoning();
          return isFirstTurn(call) && asksForStream(call) ? streamOf(await reasoningStream()) : next();
        },
      };
    },
  },
  {
    name: "responses.reasoning_id_check",
    summary:
      "thinks, with ids that begin with rs; reasoning must come back with the id of its output_item.done",
    play: () => ({
      responses: async (call, next) => {
        const wrong = refuseChangedIds(call);
        if (wrong !== undefined) return wrong;
        const isFirst = isFirstTurn(call) && asksForStream(call);
        return withCheckedIds(isFirst ? streamOf(await reasoningStream()) : await next());
      },
    }),
  },
  {
    name: "responses.store_check",
    summary: "refuses requests whose store is not false",
    play: () => ({
      responses: (call, next) =>
        isRecord(call.body) && call.body["store"] === false
          ? next()
          : invalid("Unsupported value: 'store' must be false."),
    }),
  },
  {
    name: "responses.previous_response_not_found",
    summary: "an earlier response is not found, as without a scenario",
    play: () => ({}),
  },
];

async function reasoningStream(): Promise<string> {
  return (await import("../fixtures/responses.ts")).stream;
}

function reasoningOf(call: Call): { index: number; item: Record<string, unknown> }[] {
  return turnsOf(call)
    .map((item, index) => ({ index, item }))
    .filter(({ item }) => item["type"] === "reasoning");
}

/** An id may be left out, but not be another one. */
function refuseChangedIds(call: Call): FullReply | undefined {
  for (const { index, item } of reasoningOf(call)) {
    const { id } = item;
    if (id !== undefined && id !== checkedId(item)) {
      return wrongReasoningId(index, typeof id === "string" ? id : JSON.stringify(id));
    }
  }
  return undefined;
}

/** The id that belongs to a reasoning item: it can be told from the encrypted content. */
function checkedId(item: Record<string, unknown>): string {
  const content = item["encrypted_content"];
  const digest = createHash("sha256").update(typeof content === "string" ? content : "");
  return `rs_${digest.digest("hex").slice(0, 48)}`;
}

function withCheckedIds(reply: Reply): Promise<Reply> {
  const patched = patchJson(reply, (body) => ({ ...body, output: checkedItems(body["output"]) }));
  return reshape(patched, (steps) =>
    steps.map((step) =>
      step.type === "data"
        ? { ...step, bytes: checkedEvent(Buffer.from(step.bytes).toString("utf8")) }
        : step,
    ),
  );
}

function checkedEvent(event: string): string {
  if (!event.includes('"type":"reasoning"')) return event;
  return event.replace(/^data: (.*)$/m, (_, data: string) => {
    const payload = JSON.parse(data) as Record<string, unknown>;
    const { item, response } = payload;
    const changed = {
      ...payload,
      ...(isRecord(item) ? { item: checkedItem(item) } : {}),
      ...(isRecord(response) ? { response: { ...response, output: checkedItems(response["output"]) } } : {}),
    };
    return `data: ${JSON.stringify(changed)}`;
  });
}

function checkedItems(output: unknown): unknown {
  return Array.isArray(output)
    ? output.map((item: unknown) => (isRecord(item) ? checkedItem(item) : item))
    : output;
}

function checkedItem(item: Record<string, unknown>): Record<string, unknown> {
  return item["type"] === "reasoning" ? { ...item, id: checkedId(item) } : item;
}
