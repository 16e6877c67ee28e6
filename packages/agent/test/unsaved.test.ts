import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { resolvePaths } from "../src/runtime/paths.ts";
import { openChat, type TestChat } from "./support/chat.ts";
import { createSandbox, type Sandbox } from "./support/cli.ts";

const demo = ["--demo", "--yes"];

/** Where the demo's sessions belong is something that is no folder: nothing can be saved. */
async function block(sandbox: Sandbox): Promise<string> {
  const path = resolvePaths(sandbox.env).demoSessions;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "in the way");
  return path;
}

function isAnswered(chat: TestChat): Promise<void> {
  return chat.until(() => chat.state().transcript.messages.at(-1)?.role === "assistant", "the answer");
}

test("F-7: who leaves a conversation that is not saved is told, and /export writes all of it", async () => {
  await using sandbox = await createSandbox();
  await block(sandbox);
  const chat = openChat(sandbox, demo);
  const { runtime, controller } = chat;
  controller.start("what can you do?");
  await chat.says(/goes on, but it is not saved/);
  await isAnswered(chat);
  let isLeft = false;
  void controller.finished.then(() => (isLeft = true));

  controller.submit("/exit");
  await chat.says(
    /pieces of the conversation could not be saved\. \/export <file> writes .* \/exit once more/,
  );
  expect(isLeft).toBe(false);
  await writeFile(join(sandbox.project, "there.zotpilot"), "mine");
  controller.submit("/export there");
  await chat.says(/there\.zotpilot is there already; choose another name/);
  controller.submit("/export kept");
  await chat.says(/^The conversation is written to .*kept\.zotpilot$/);
  expect(runtime.unsaved).toBe(0);
  const lines = (await readFile(join(sandbox.project, "kept.zotpilot"), "utf8")).trimEnd().split("\n");
  const said = lines.map((line) => (JSON.parse(line) as { event?: { type: string } }).event?.type);
  expect(said).toEqual(expect.arrayContaining(["user_message", "assistant_message"]));

  controller.submit("/exit");
  await controller.finished;
  controller.dispose();
  await runtime.close();
});

test("F-7: a second /exit leaves without saving, and what is lost can still be told at the end", async () => {
  await using sandbox = await createSandbox();
  await block(sandbox);
  const chat = openChat(sandbox, demo);
  chat.controller.start("what can you do?");
  await chat.says(/goes on, but it is not saved/);
  await isAnswered(chat);
  chat.controller.submit("/exit");
  chat.controller.submit("/exit");
  await chat.controller.finished;
  chat.controller.dispose();
  await chat.runtime.close();
  expect(chat.runtime.unsaved).toBeGreaterThan(1);
});

test("F-7: what can be saved when the chat is left is saved, and nothing is told; a signal leaves at once", async () => {
  await using sandbox = await createSandbox();
  const inTheWay = await block(sandbox);
  const chat = openChat(sandbox, demo);
  chat.controller.start("what can you do?");
  await chat.says(/goes on, but it is not saved/);
  await isAnswered(chat);
  await rm(inTheWay);
  chat.controller.end();
  await chat.controller.finished;
  chat.controller.dispose();
  await chat.runtime.close();
  expect(chat.runtime.unsaved).toBe(0);
});
