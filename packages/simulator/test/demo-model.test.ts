import { expect, test } from "vitest";
import type { Answer, AnswerRequest, ChatMessage } from "../src/index.ts";
import { demoModel } from "../src/index.ts";

const ALL = ["read", "write", "edit", "bash", "glob"];

function ask(messages: ChatMessage[], tools: string[] = ALL): Answer {
  const request: AnswerRequest = {
    endpoint: "/chat/completions",
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

test("a folder that was to be read is listed", () => {
  const played = turn("what does the file src/demo say?", [
    "Error: src/demo is a folder; glob lists it",
    "a.ts\nb/",
  ]);
  expect(played.calls).toEqual([
    ["read", { path: "src/demo" }],
    ["glob", { pattern: "*", path: "src/demo" }],
  ]);
  expect(played.text).toBe("There are 2 entries in src/demo:\n\n- a.ts\n- b/");
  const without = turn("what does the file src/demo say?", ["Error: src/demo is a folder"], ["read"]);
  expect(without.text).toContain("I could not read src/demo: src/demo is a folder");
});

// The results are those of @zotpilot/tools, and of tools that give the bare output.
test.each([
  [
    "run npm test",
    "$ npm test\n\nall fine\n\n[exit 0]  Took 0.6s",
    "`npm test` printed:\n\n```\nall fine\n```",
  ],
  ["run npm test", "all fine\n", "`npm test` printed:\n\n```\nall fine\n```"],
  ["run true", "$ true\n\n[exit 0]  Took 0.0s", "`true` ran and printed nothing."],
  [
    "run npm test, then read a.txt",
    "Error: $ npm test\n\nbad\n\n[exit 1]  Took 0.6s",
    "`npm test` ended with exit code 1 and printed:\n\n```\nbad\n```\n\nI stopped there and did not read a.txt.",
  ],
  [
    "run false",
    "Error: $ false\n\n[exit 1]  Took 0.0s",
    "`false` ended with exit code 1 and printed nothing.",
  ],
  [
    "run sleep 99",
    "Error: $ sleep 99\n\n[exit -1] (stopped after 60 s)  Took 60s",
    "`sleep 99` was ended (stopped after 60 s) and printed nothing.",
  ],
  ["run ls", "Error: denied by the user", "I could not run `ls`: denied by the user"],
  ["write hi to a.txt", "created a.txt (1 line, 2 bytes)", "Done: created a.txt (1 line, 2 bytes)."],
  [
    "write hi to a.txt",
    "a.txt already holds exactly this (1 line, 2 bytes); nothing was written",
    "a.txt already holds exactly this (1 line, 2 bytes); nothing was written.",
  ],
  ["write hi to a.txt", "", "Done: I wrote a.txt (2 characters)."],
  ["append four to a.txt", "$ x\n\n[exit 0]  Took 0.0s", 'Done: I added "four" at the end of a.txt.'],
  ["in a.txt, replace x with y", "--- a\n+++ b", 'Done: in a.txt I replaced "x" with "y".'],
  [
    "in a.txt, replace x with y",
    "Error: edit 1: oldText is not in a.txt. Nothing was written.",
    "I could not edit a.txt: edit 1: oldText is not in a.txt. Nothing was written.",
  ],
  ["read a.txt", "Error handling\nis hard", "I read a.txt: 2 lines.\n\n```\nError handling\nis hard\n```"],
  ["read a.txt", "```\nx", "I read a.txt: 2 lines.\n\n````\n```\nx\n````"],
  ["read a.txt", "", "a.txt is empty."],
  [
    "read a.txt",
    "x\n... [truncated at 1 lines; continue with offset 2]\n",
    "I read a.txt: the first 1 line.\n\n```\nx\n```",
  ],
  ["search for x", "[exit 0]  Took 0.0s", 'I found no "x".'],
  ["search for x", "./a.ts:1:x", 'I found "x" in 1 line:\n\n```\n./a.ts:1:x\n```'],
  [
    "search for x in y",
    "grep: y: No such file or directory\n[exit 0]  Took 0.0s",
    'I could not search for "x": y: No such file or directory.',
  ],
  ["list the files", "no files match *; 1 ignored file left out\n", "I found nothing here."],
  ["find *.ts", "src/a.ts\n", "There is 1 entry for **/*.ts here:\n\n- src/a.ts"],
  ["how many files are here?", "a.txt\nb.txt\nsrc/\n", "I see 2 files and 1 folder here."],
  ["how many lines does a.txt have?", "1\n2\n3\n", "a.txt has 3 lines."],
  ["read a.md and tell me its title", "x\n# The title\n", 'The title of a.md is "The title".'],
  ["what is the version in package.json?", '{"version":"1.2.3"}', 'The version in package.json is "1.2.3".'],
  [
    "what is the license in package.json?",
    '{"version":"1.2.3"}',
    /I looked for "license" in package.json and found nothing/,
  ],
  ["delete a.txt", "", "I do not do that by myself, but I can run a command: run rm a.txt"],
])("%s, with %j", (prompt, result, expected) => {
  const { text } = turn(prompt, [result]);
  const said = text.replace(/^I am the built-in demo.*? not an AI\. /, "");
  if (typeof expected === "string") expect(said).toBe(expected);
  else expect(said).toMatch(expected);
});

test("a failed tool is reported, and nothing is done after it", () => {
  const played = turn("read missing.txt, then run ls", ["Error: no such file: missing.txt"]);
  expect(played.calls).toHaveLength(1);
  expect(played.text).toBe(
    "I could not read missing.txt: no such file: missing.txt\n\nI stopped there and did not run `ls`.",
  );
});

test.each([
  "hello",
  "Hallo!",
  "who are you?",
  "help",
  "2+2",
  "thanks",
  "read README.md",
  "write a poem to a.txt",
])("%s: it says once what it is, and not again", (prompt) => {
  const first = turn(prompt, ["x"]);
  const said = [...new Set([first.first, first.text])].join(" ");
  expect(said.match(/not an AI/g)).toHaveLength(1);
  const later = ask([
    { role: "user", content: "list the files" },
    { role: "assistant", content: first.text },
    { role: "user", content: "2+2" },
  ]);
  expect(later.type === "spoken" && later.text).not.toContain("not an AI");
});

test("it says what it can do when nothing is understood, and what it did not understand of more", () => {
  const nothing = turn("what is the meaning of life?", []);
  expect(nothing.calls).toEqual([]);
  expect(nothing.text).toContain("I did not understand that");
  expect(nothing.text).toContain("run ls -la");
  expect(nothing.text).toContain("zotpilot login");
  const part = turn("list the files, then bake a cake", ["a.txt"]);
  expect(part.text).toContain("There is 1 entry here");
  expect(part.text).toContain('I did not understand "bake a cake".');
});

test("slow answers have a pause before each word", () => {
  const said = ask([{ role: "user", content: "count slowly to 30" }]);
  expect(said).toMatchObject({ delayMs: 80 });
  expect(said.type === "spoken" && said.text).toMatch(/ 29 30$/);
});
