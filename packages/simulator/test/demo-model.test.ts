import { expect, test } from "vitest";
import type { Answer, AnswerRequest, ChatMessage } from "../src/index.ts";
import { demoModel } from "../src/index.ts";
import { understand } from "../src/demo/understand.ts";

const ALL = ["read", "write", "edit", "bash", "glob"];

function ask(messages: ChatMessage[], tools: string[] = ALL): Answer {
  const request: AnswerRequest = {
    model: "gpt-4.1",
    messages,
    tools: tools.map((name) => ({ type: "function", function: { name } })),
    stream: true,
    number: 1,
    body: {},
    headers: {},
  };
  return demoModel(request);
}

/** Plays a whole turn: every call is answered by `results`, in order. Returns the calls and the last text. */
function turn(
  prompt: string,
  results: string[],
  tools: string[] = ALL,
): { calls: unknown[]; text: string; first: string } {
  const messages: ChatMessage[] = [{ role: "user", content: prompt }];
  const calls: unknown[] = [];
  let first: string | undefined;
  for (;;) {
    const said = ask(messages, tools);
    if (said.type !== "spoken") throw new Error("refused");
    first ??= said.text;
    const call = said.toolCalls[0];
    if (call === undefined) return { calls, text: said.text, first };
    const id = `call_${calls.length}`;
    calls.push([call.name, call.arguments]);
    messages.push({
      role: "assistant",
      content: said.text,
      tool_calls: [{ id, function: { name: call.name, arguments: JSON.stringify(call.arguments) } }],
    });
    messages.push({ role: "tool", tool_call_id: id, content: results[calls.length - 1] ?? "" });
  }
}

test("list, then read and tell the name", () => {
  const played = turn("list the files here, then read package.json and tell me its name", [
    "README.md\npackage.json",
    '{\n  "name": "zotpilot-monorepo",\n  "private": true\n}\n',
  ]);
  expect(played.calls).toEqual([
    ["glob", { pattern: "*" }],
    ["read", { path: "package.json" }],
  ]);
  expect(played.first).toMatch(/^I am the built-in demo .* not an AI\. I will list the files\.$/);
  expect(played.text).toContain("There are 2 entries here");
  expect(played.text).toContain('The name in package.json is "zotpilot-monorepo".');
  expect(played.text).not.toContain("not an AI");
});

test("a name is found in a file that comes with line numbers and is cut short", () => {
  const played = turn("read package.json and tell me its name", [
    '1\t{\n2\t  "name": "x",\n3\t  "version": "1.0.0",',
  ]);
  expect(played.text).toBe('The name in package.json is "x".');
});

test.each([
  ["read README.md", [{ type: "read", path: "README.md" }]],
  ["Please read the README.", [{ type: "read", path: "README.md" }]],
  ["what is in src/index.ts?", [{ type: "read", path: "src/index.ts" }]],
  ["read lines 10-20 of a.txt", [{ type: "read", path: "a.txt", offset: 10, limit: 11 }]],
  ["what files are here?", [{ type: "list", pattern: "*" }]],
  ["list the files in src", [{ type: "list", pattern: "*", path: "src" }]],
  ["ls packages", [{ type: "list", pattern: "*", path: "packages" }]],
  ["find *.ts", [{ type: "list", pattern: "**/*.ts" }]],
  ["run ls -la", [{ type: "run", command: "ls -la" }]],
  ["run `npm -v`", [{ type: "run", command: "npm -v" }]],
  [
    "run echo one; echo two and three, then read a.txt",
    [
      { type: "run", command: "echo one; echo two and three" },
      { type: "read", path: "a.txt" },
    ],
  ],
  ["search for createServer", [{ type: "search", text: "createServer" }]],
  ['search for "a and read b" in src', [{ type: "search", text: "a and read b", path: "src" }]],
  [
    "edit notes.txt: replace one with two",
    [{ type: "edit", path: "notes.txt", oldText: "one", newText: "two" }],
  ],
  [
    'replace "one, then" with "two" in notes.txt.',
    [{ type: "edit", path: "notes.txt", oldText: "one, then", newText: "two" }],
  ],
  [
    "read a.txt, then replace x with y",
    [
      { type: "read", path: "a.txt" },
      { type: "edit", path: "a.txt", oldText: "x", newText: "y" },
    ],
  ],
  ["in a.txt, replace x with y", [{ type: "edit", path: "a.txt", oldText: "x", newText: "y" }]],
  [
    "write hello and goodbye to notes.txt",
    [{ type: "write", path: "notes.txt", content: "hello and goodbye" }],
  ],
  ["create notes.txt with hello", [{ type: "write", path: "notes.txt", content: "hello" }]],
  [
    "create a file called notes.txt with ```\na, then b\nc\n```",
    [{ type: "write", path: "notes.txt", content: "a, then b\nc" }],
  ],
  ["run the tests", [{ type: "run", command: "npm test" }]],
  ["create an empty file notes.txt", [{ type: "write", path: "notes.txt", content: "" }]],
  ["count slowly to 7", [{ type: "count", to: 7 }]],
  ["slow answer", [{ type: "story" }]],
  ["give me a slow answer please", [{ type: "story" }]],
  ["tell me a long story", [{ type: "story" }]],
  ["hello", []],
  ["who are you?", []],
])("%s", (prompt, tasks) => {
  expect(understand(prompt)).toEqual(tasks);
});

test("each kind of task calls the tool that is offered for it", () => {
  const call = (prompt: string, tools?: string[]): unknown => turn(prompt, [], tools).calls[0];
  expect(call("edit a.txt: replace x with y")).toEqual([
    "edit",
    { path: "a.txt", edits: [{ oldText: "x", newText: "y" }] },
  ]);
  expect(call("write hi to a.txt")).toEqual(["write", { path: "a.txt", content: "hi" }]);
  expect(call("run `npm -v`")).toEqual(["bash", { command: "npm -v" }]);
  expect(call("search for it's $(here)")).toEqual([
    "bash",
    {
      command: `grep -rnIF --exclude-dir=node_modules --exclude-dir=.git -e 'it'\\''s $(here)' -- . | head -n 50`,
    },
  ]);
  expect(call("search for x", ["grep", "bash"])).toEqual(["grep", { pattern: "x" }]);
  expect(call("list the files", ["bash"])).toEqual(["bash", { command: "ls -A ." }]);
});

test("a tool that is not offered is named, and the rest is still done", () => {
  const played = turn("read a.txt then run ls", ["hello"], ["read"]);
  expect(played.calls).toEqual([["read", { path: "a.txt" }]]);
  expect(played.text).toContain("I read a.txt: 1 line.");
  expect(played.text).toContain('I cannot run `ls`: the tool "bash" is not offered to me.');
});

test("a failed tool is reported, and nothing is done after it", () => {
  const played = turn("read missing.txt, then run ls", ["Error: no such file: missing.txt"]);
  expect(played.calls).toHaveLength(1);
  expect(played.text).toBe(
    "I could not read missing.txt: Error: no such file: missing.txt\n\nI stopped there and did not run `ls`.",
  );
});

test("it introduces itself once, and says what it can do when asked for anything else", () => {
  const hello: ChatMessage = { role: "user", content: "hello" };
  const first = ask([hello]);
  expect(first).toMatchObject({ type: "spoken", toolCalls: [] });
  const text = first.type === "spoken" ? first.text : "";
  expect(text).toMatch(/^I am the built-in demo of zotpilot, a few fixed rules and not an AI\. /);
  expect(text).toContain("run ls -la");
  const later = ask([hello, { role: "assistant", content: text }, hello]);
  expect(later.type === "spoken" && later.text).not.toContain("not an AI");
});

test("slow answers have a pause before each word", () => {
  const said = ask([{ role: "user", content: "count slowly to 30" }]);
  expect(said).toMatchObject({ delayMs: 80 });
  expect(said.type === "spoken" && said.text).toMatch(/ 29 30$/);
});
