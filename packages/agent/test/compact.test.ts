import { answer, createSimulator, type Simulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { openChat, type TestChat } from "./support/chat.ts";
import { accountOf, createSandbox } from "./support/cli.ts";

interface Scene extends AsyncDisposable {
  simulator: Simulator;
  chat: TestChat;
}

/** A chat with a conversation that is long enough to be summarised. */
async function talkAtLength(then: Parameters<Simulator["answerWith"]>[0]): Promise<Scene> {
  const simulator = await createSimulator({ answer: answer.text("a long word ".repeat(4_000)) });
  const sandbox = await createSandbox(accountOf(simulator));
  const chat = openChat(sandbox, []);
  chat.controller.start("tell me a lot");
  await isIdle(chat, 2);
  for (const messages of [4, 6]) {
    chat.controller.submit("tell me more");
    await isIdle(chat, messages);
  }
  simulator.answerWith(then);
  return {
    simulator,
    chat,
    async [Symbol.asyncDispose]() {
      await chat[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
      await simulator.close();
    },
  };
}

/** So much was said, and nothing goes on. */
function isIdle(chat: TestChat, messages: number): Promise<void> {
  return chat.until(
    () => chat.state().transcript.messages.length === messages && chat.state().activity === undefined,
    "the end of the answer",
  );
}

const stalled = answer.stall(answer.text("a summary that never ends"), 1);

test("a summary that is asked for is shown while it is made, Esc stops it, and that is told once", async () => {
  await using scene = await talkAtLength(stalled);
  const { chat } = scene;
  const before = chat.state().transcript;
  chat.controller.submit("/compact");
  await chat.until(() => chat.state().activity?.type === "compacting", "the summary being made");
  // Nobody works on an answer who could hear it.
  chat.controller.submit("/steer use tabs");
  expect(chat.state().queue).toEqual(["use tabs"]);
  chat.controller.escape();
  expect(chat.editor.get().buffer.text).toBe("use tabs");
  await chat.until(() => chat.state().activity === undefined, "the end of it");
  expect(chat.state().transcript.messages).toEqual(before.messages);

  scene.simulator.answerWith(answer.text("Yes?"));
  chat.controller.submit("are you there?");
  await isIdle(chat, before.messages.length + 2);
  expect(chat.notices().filter((text) => /summar/.test(text))).toEqual(["the summary was stopped."]);
});

test("a summary that fails is told once, and one that succeeds makes the conversation shorter", async () => {
  await using scene = await talkAtLength(answer.error(400, "no"));
  const { chat, simulator } = scene;
  chat.controller.submit("/compact");
  await chat.says(/could not be summarised/);
  simulator.answerWith(answer.text("A lot was told."));
  chat.controller.submit("/compact");
  await chat.says(/was summarised/);
  await chat.until(() => chat.state().activity === undefined, "the end of it");
  expect(chat.notices().filter((text) => /could not be summarised/.test(text))).toHaveLength(1);
});

test("a prompt that was kept does not come back, also when the conversation was summarised before it failed", async () => {
  const tooLong = {
    error: { code: "model_max_prompt_tokens_exceeded", message: "prompt token count exceeds the limit" },
  };
  await using scene = await talkAtLength(
    answer.sequence([answer.error(400, tooLong), answer.text("A lot was told."), answer.error(400, "no")]),
  );
  const { chat } = scene;
  chat.controller.submit("and what is the moral?");
  await chat.says(/was summarised/);
  await chat.until(() => chat.state().activity === undefined, "the end of it");
  expect(chat.state().transcript.messages.length).toBeLessThanOrEqual(6);
  expect(JSON.stringify(chat.state().transcript.messages)).toContain("and what is the moral?");
  expect(chat.editor.get().buffer.text).toBe("");
});
