import { existsSync } from "node:fs";
import { join } from "node:path";
import { cleanup, render } from "ink-testing-library";
import { afterEach, expect, test } from "vitest";
import { Chat } from "../src/chat/chat.tsx";
import { openChat, type TestChat } from "./support/chat.ts";
import { createSandbox, type Sandbox } from "./support/cli.ts";

afterEach(cleanup);

interface Screen extends AsyncDisposable {
  sandbox: Sandbox;
  chat: TestChat;
  /** Hands over what was typed within one moment, then lets some time go by. */
  type(keys: string, thenMs?: number): void;
  /** One key after the other, as fast as people type. */
  write(text: string): void;
  pass(ms: number): void;
  isAsked(): boolean;
  draft(): string;
  /** The question is on the screen and has the keys. */
  asks(): Promise<void>;
  made(name: string): boolean;
}

async function openScreen(): Promise<Screen> {
  let time = 1_000_000;
  const sandbox = await createSandbox();
  const chat = openChat(sandbox, ["--demo"], () => time);
  const { store, editor, controller } = chat;
  const { stdin, lastFrame } = render(<Chat {...{ store, editor, controller }} home={undefined} />);
  const draft = (): string => editor.get().buffer.text;
  const type = (keys: string, thenMs = 0): void => {
    stdin.write(keys);
    time += thenMs;
  };
  const write = (text: string): void => {
    for (const key of text) type(key, 120);
  };
  await chat.until(() => {
    type(".");
    return draft() !== "";
  }, "a composer that takes keys");
  editor.dispatch({ type: "set_text", text: "" });
  return {
    sandbox,
    chat,
    type,
    write,
    draft,
    pass: (ms) => void (time += ms),
    isAsked: () => chat.state().dialog?.type === "approval",
    asks: () => chat.until(() => (lastFrame() ?? "").includes("asks to run:"), "the question"),
    made: (name) => existsSync(join(sandbox.project, name)),
    async [Symbol.asyncDispose]() {
      await chat[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

test("keys of a prompt that is being typed do not answer the question that comes up, and are not lost", async () => {
  await using screen = await openScreen();
  const { chat } = screen;
  chat.controller.start("run touch made-by-agent");
  screen.write("do it alw");
  await screen.asks();
  screen.write("ays\r");
  screen.type("any\r", 120);
  screen.write("ysn\r");
  expect(screen.isAsked()).toBe(true);
  expect(screen.draft()).toBe("do it alwaysanyysn");
  screen.pass(600);
  screen.type("y", 120);
  expect(screen.isAsked()).toBe(true);
  expect(chat.state().hint).toMatch(/answer/);
  screen.pass(1_500);
  screen.type("n");
  expect(screen.isAsked()).toBe(false);
  await chat.until(() => chat.state().activity === undefined, "the end of the run");
  expect(screen.made("made-by-agent")).toBe(false);
  expect(screen.draft()).toBe("do it alwaysanyysny");
});

test("a question that has just come up is not answered by a key that was meant for something else, or is held down", async () => {
  await using screen = await openScreen();
  const { chat } = screen;
  chat.controller.start("run touch made-by-agent");
  await screen.asks();
  for (const key of ["a", "l", "l", "y", "y", "y", "y", "\r", "y", "y"]) {
    screen.pass(150);
    screen.type(key);
  }
  expect(screen.isAsked()).toBe(true);
  screen.pass(600);
  screen.type("y");
  expect(screen.isAsked()).toBe(false);
  await chat.until(() => screen.made("made-by-agent"), "the file");
});

test("whoever has looked at the question answers at once; a word in one piece with Enter is no answer, and Esc always is", async () => {
  await using screen = await openScreen();
  const { chat } = screen;
  chat.controller.start("run touch made-by-agent");
  await screen.asks();
  screen.pass(10_000);
  screen.type("okay\r");
  expect(screen.isAsked()).toBe(true);
  screen.type("\u001b");
  await chat.says(/^stopped$/);
  expect(screen.isAsked()).toBe(false);
  chat.controller.submit("run touch made-by-agent");
  await chat.until(screen.isAsked, "the next question");
  await screen.asks();
  screen.pass(700);
  screen.type("\u001b[B");
  screen.type("\u001b[B");
  screen.type("\u001b[B");
  screen.type("\u001b[A");
  screen.type("\r");
  await chat.until(() => screen.made("made-by-agent"), "the file");
});
