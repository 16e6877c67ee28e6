import assert from "node:assert/strict";
import { collectMessage, textOf } from "../model/collect.ts";
import type { ModelEvent } from "../model/event.ts";
import { eventsOf, question } from "./ask.ts";
import type { ContractStep } from "./contract.ts";

const tools = [
  {
    name: "get_weather",
    description: "Tells the weather in a city.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
];

/** Good answers: their order and what they add up to. */
export const answerCases: readonly ContractStep[] = [
  {
    name: "lists models, each with an id of its own and usable limits",
    situation: "text",
    async check({ provider }) {
      const models = await provider.listModels();
      assert.ok(models.length > 0, "there are none");
      assert.equal(new Set(models.map(({ id }) => id)).size, models.length, "an id comes twice");
      for (const { id, name, contextWindow, maxPromptTokens, maxOutputTokens, endpoints } of models) {
        assert.ok(id !== "" && name !== "", "a model has no name");
        for (const limit of [contextWindow, maxPromptTokens, maxOutputTokens]) {
          assert.ok(Number.isSafeInteger(limit) && limit > 0, `${id} has a limit of ${limit}`);
        }
        assert.ok(endpoints.length > 0, `${id} answers nowhere`);
      }
    },
  },
  {
    name: "sends nothing before the first event is asked for",
    situation: "text",
    async check(subject) {
      const events = subject.provider.stream(question(subject))[Symbol.asyncIterator]();
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(subject.calls(), 0);
      await events.return?.();
      assert.equal(subject.calls(), 0);
    },
  },
  {
    name: "streams a text: response_start first, usage before finish, finish last and once",
    situation: "text",
    async check(subject) {
      const events = await eventsOf(subject);
      const types = events.map(({ type }) => type);
      assert.equal(types[0], "response_start");
      assert.equal(types.at(-1), "finish");
      assert.equal(count(types, "response_start"), 1);
      assert.equal(count(types, "finish"), 1);
      assert.equal(count(types, "usage"), 1);
      assert.equal(types.at(-2), "usage");
      assert.ok(count(types, "text_delta") > 0, "there is no text");
      assert.deepEqual(events.at(-1), { type: "finish", reason: "end" });
      const usage = events.find((event) => event.type === "usage")?.usage;
      assert.ok(usage && usage.inputTokens > 0 && usage.outputTokens > 0, "the usage is empty");
      assert.equal(subject.calls(), 1);
    },
  },
  {
    name: "survives JSON: every event is plain data",
    situation: "tool_call",
    async check(subject) {
      for (const event of await eventsOf(subject, { ...question(subject), tools })) {
        assert.deepEqual(structuredClone(event), event);
        assert.equal(JSON.stringify(event), JSON.stringify(structuredClone(event)));
      }
    },
  },
  {
    name: "calls a tool: started, filled and ended, with arguments that are JSON",
    situation: "tool_call",
    async check(subject) {
      const events = await eventsOf(subject, { ...question(subject), tools });
      const steps = events.filter((event) => event.type.startsWith("tool_input"));
      assert.equal(steps[0]?.type, "tool_input_start");
      assert.equal(steps.at(-1)?.type, "tool_input_end");
      const ids = new Set(steps.map((event) => ("callId" in event ? event.callId : "")));
      assert.equal(ids.size, 1, "the steps of one call have several ids");
      assert.deepEqual(events.at(-1), { type: "finish", reason: "tool_calls" });
      const { message } = await collectMessage(replay(events));
      const call = message.content.find((part) => part.type === "tool_call");
      assert.equal(call?.name, "get_weather");
      assert.equal(call.arguments.replaceAll(" ", ""), '{"city":"Oslo"}');
    },
  },
  {
    name: "takes an answer back into the conversation, with the result of its tool",
    situation: "tool_call",
    async check(subject) {
      const asked = { ...question(subject), tools };
      const { message } = await collectMessage(subject.provider.stream(asked));
      const results = message.content.flatMap((part) =>
        part.type === "tool_call"
          ? [
              {
                role: "tool" as const,
                callId: part.id,
                name: part.name,
                content: [{ type: "text" as const, text: "snow" }],
                isError: false,
              },
            ]
          : [],
      );
      assert.equal(results.length, 1);
      await eventsOf(subject, { ...asked, messages: [...asked.messages, message, ...results] });
      assert.equal(subject.calls(), 2);
    },
  },
  {
    name: "answers several at once, each its own",
    situation: "text",
    async check(subject) {
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => collectMessage(subject.provider.stream(question(subject)))),
      );
      const texts = answers.map(({ message }) => textOf(message));
      assert.ok(texts[0] !== "" && texts.every((text) => text === texts[0]), "the answers differ");
    },
  },
];

function count(types: readonly string[], type: string): number {
  return types.filter((each) => each === type).length;
}

async function* replay(events: readonly ModelEvent[]): AsyncGenerator<ModelEvent> {
  yield* events;
}
