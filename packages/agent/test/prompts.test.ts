import { answer, createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { openChat, type TestChat } from "./support/chat.ts";
import { accountOf, createSandbox } from "./support/cli.ts";

const said = (chat: TestChat): string[] =>
  chat.state().blocks.flatMap((block) => (block.type === "user" ? [block.text] : []));

test("a prompt that comes before the account is found is answered", async () => {
  await using simulator = await createSimulator({ answer: answer.text("Well.") });
  await using sandbox = await createSandbox(accountOf(simulator));
  await using chat = openChat(sandbox, []);
  chat.controller.start(undefined);
  expect(chat.runtime.connection.type).toBe("connecting");
  chat.controller.submit("hello");
  await chat.until(() => chat.state().transcript.messages.length === 2, "the answer");
});

test("what is said with /steer before anything runs is a prompt of its own; nothing is lost", async () => {
  await using simulator = await createSimulator({ answer: answer.text("Well.") });
  await using sandbox = await createSandbox(accountOf(simulator));
  await using chat = openChat(sandbox, []);
  chat.controller.start(undefined);
  chat.controller.submit("indent this");
  chat.controller.submit("/steer use tabs");
  await chat.until(() => chat.state().transcript.messages.length === 4, "both answers");
  expect(said(chat)).toEqual(["indent this", "use tabs"]);
  expect(chat.notices().filter((text) => /hears/.test(text))).toEqual([]);
});

test("what is said with /steer while the model works is heard before its next step", async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: steered, resolve: goOn } = Promise.withResolvers<void>();
  await using simulator = await createSimulator({
    answer: answer.sequence([
      async () => {
        ask();
        await steered;
        return answer.toolCalls([{ name: "glob", arguments: { pattern: "*" } }]);
      },
      answer.text("With tabs, then."),
    ]),
  });
  await using sandbox = await createSandbox(accountOf(simulator));
  await using chat = openChat(sandbox, []);
  chat.controller.start("indent this");
  await asked;
  chat.controller.submit("/steer use tabs");
  await chat.says(/^The model hears before its next step: use tabs$/);
  goOn();
  await chat.until(() => chat.state().transcript.messages.length === 5, "the answer");
  expect(chat.state().transcript.messages.map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "tool",
    "user",
    "assistant",
  ]);
});
