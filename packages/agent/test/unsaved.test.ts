import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createStore, emptyEditor, reduceEditor } from "@zotpilot/tui";
import { expect, test } from "vitest";
import { createChatController, type ChatController } from "../src/chat/controller.ts";
import { initialChatState, type ChatState } from "../src/chat/state/chat-state.ts";
import { reduceChat } from "../src/chat/state/reduce-chat.ts";
import { parseCommandLine } from "../src/program.ts";
import { resolvePaths } from "../src/runtime/paths.ts";
import { createRuntime } from "../src/runtime/create-runtime.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { createSandbox, type Sandbox } from "./support/cli.ts";

interface Chat {
  runtime: Runtime;
  controller: ChatController;
  state(): ChatState;
  notices(): string[];
  says(pattern: RegExp): Promise<void>;
}

function openChat(sandbox: Sandbox): Chat {
  const invocation = parseCommandLine(["--demo", "--yes", "--cwd", sandbox.project], sandbox.env);
  if (invocation.command !== "run") throw new Error("not a run");
  const runtime = createRuntime({ options: invocation.options, env: sandbox.env });
  const { version, cwd, connection } = runtime;
  const store = createStore(reduceChat, initialChatState({ version, cwd, connection }));
  const editor = createStore(reduceEditor, emptyEditor);
  const controller = createChatController({ runtime, store, editor });
  const notices = (): string[] =>
    store.get().blocks.flatMap((block) => (block.type === "notice" ? [block.text] : []));
  return {
    runtime,
    controller,
    state: () => store.get(),
    notices,
    async says(pattern) {
      const until = Date.now() + 20_000;
      while (!notices().some((text) => pattern.test(text))) {
        if (Date.now() > until) throw new Error(`waited for ${pattern}; said was:\n${notices().join("\n")}`);
        await new Promise((done) => setTimeout(done, 10));
      }
    },
  };
}

/** Where the demo's sessions belong is something that is no folder: nothing can be saved. */
async function block(sandbox: Sandbox): Promise<string> {
  const path = `${resolvePaths(sandbox.env).sessions}-demo`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "in the way");
  return path;
}

async function isAnswered(chat: Chat): Promise<void> {
  while (chat.state().transcript.messages.at(-1)?.role !== "assistant")
    await new Promise((done) => setTimeout(done, 10));
}

test("F-7: who leaves a conversation that is not saved is told, and /export writes all of it", async () => {
  await using sandbox = await createSandbox();
  await block(sandbox);
  const chat = openChat(sandbox);
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
  const chat = openChat(sandbox);
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
  const chat = openChat(sandbox);
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
