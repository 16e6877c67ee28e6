import { expect, test } from "vitest";
import { understand } from "../src/demo/understand.ts";
import type { Task } from "../src/demo/task.ts";

const list = (path?: string): Task => ({
  type: "list",
  pattern: "*",
  ...(path === undefined ? {} : { path }),
});
const find = (pattern: string): Task => ({ type: "list", pattern });
const read = (path: string): Task => ({ type: "read", path });
const tell = (subject: string): Task => ({ type: "tell", subject });
const search = (text: string, path?: string): Task => ({
  type: "search",
  text,
  ...(path === undefined ? {} : { path }),
});
const edit = (path: string, oldText: string, newText: string): Task => ({
  type: "edit",
  path,
  oldText,
  newText,
});
const write = (path: string, content: string): Task => ({ type: "write", path, content });
const run = (command: string): Task => ({ type: "run", command });

/** Prompts and what they ask for. */
const PROMPTS: readonly [string, readonly Task[]][] = [
  ["list files", [list()]],
  ["List all files in this folder", [list()]],
  ["list the files in the src folder please", [list("src")]],
  ["what's in this folder?", [list()]],
  ["what files do we have?", [list()]],
  ["Which files are there?", [list()]],
  ["show me all files in src/", [list("src/")]],
  ["can you list the contents of src?", [list("src")]],
  ["what is in src?", [list("src")]],
  ["ls packages", [list("packages")]],
  ["find *.ts", [find("**/*.ts")]],
  ["find all typescript files", [find("**/*.ts")]],
  ["find files named *.ts", [find("**/*.ts")]],
  ["find the file a.ts", [find("**/a.ts")]],
  ["is there a file called notes.txt?", [find("**/notes.txt")]],

  ["read README.md", [read("README.md")]],
  ["Please read the README.", [read("README.md")]],
  ["Could you please read package.json for me?", [read("package.json")]],
  ["what is in src/index.ts?", [read("src/index.ts")]],
  ["what does README.md say?", [read("README.md")]],
  ["show me what's in package.json", [read("package.json")]],
  ["look at src/a.ts", [read("src/a.ts")]],
  ["summarize the readme", [read("README.md")]],
  ['read "my notes.txt"', [read("my notes.txt")]],
  ["read README.md and notes.txt", [read("README.md"), read("notes.txt")]],
  ["read a.txt, b.txt and c.txt", [read("a.txt"), read("b.txt"), read("c.txt")]],
  ["read lines 10-20 of a.txt", [{ type: "read", path: "a.txt", offset: 10, limit: 11 }]],
  ["read the first 5 lines of a.txt", [{ type: "read", path: "a.txt", offset: 1, limit: 5 }]],
  ["read package.json and tell me its name", [read("package.json"), tell("name")]],
  ["what is the name in package.json?", [read("package.json"), tell("name")]],
  ["what's the version of this project?", [read("package.json"), tell("version")]],
  ["how many lines does notes.txt have?", [read("notes.txt"), tell("number of lines")]],
  ["how many files are here?", [list(), tell("number of files")]],

  ["search for createServer", [search("createServer")]],
  ["find all TODOs", [search("TODO")]],
  ["which files contain TODO?", [search("TODO")]],
  ["where is createServer defined?", [search("createServer")]],
  ['search for "a and read b" in src', [search("a and read b", "src")]],
  ["in src, search for TODO", [search("TODO", "src")]],
  ["find console.log", [search("console.log")]],

  ["edit notes.txt: replace one with two", [edit("notes.txt", "one", "two")]],
  ["replace one by two in notes.txt", [edit("notes.txt", "one", "two")]],
  ["edit notes.txt and replace one with 1", [edit("notes.txt", "one", "1")]],
  ["change two to TWO in notes.txt", [edit("notes.txt", "two", "TWO")]],
  ['replace "one, then" with "two" in notes.txt.', [edit("notes.txt", "one, then", "two")]],
  ["in a.txt, replace x with y", [edit("a.txt", "x", "y")]],
  ["read a.txt, then replace x with y", [read("a.txt"), edit("a.txt", "x", "y")]],
  ["edit a.txt, then run ls -l", [expect.objectContaining({ type: "cannot" }) as Task, run("ls -l")]],
  ["append four to a.txt", [{ type: "append", path: "a.txt", content: "four" }]],
  ['add a line "four" to a.txt', [{ type: "append", path: "a.txt", content: "four" }]],

  ["write hello and goodbye to notes.txt", [write("notes.txt", "hello and goodbye")]],
  ["create notes.txt with hello", [write("notes.txt", "hello")]],
  ["create a file hello.txt with Hello World", [write("hello.txt", "Hello World")]],
  ['create a file called hello.txt containing "Hello, world!"', [write("hello.txt", "Hello, world!")]],
  ["create a file called notes.txt with ```\na, then b\nc\n```", [write("notes.txt", "a, then b\nc")]],
  ["create an empty file notes.txt", [write("notes.txt", "")]],
  ["save hello to a.txt then read a.txt", [write("a.txt", "hello"), read("a.txt")]],

  ["run ls -la", [run("ls -la")]],
  ["run `npm -v`.", [run("npm -v")]],
  ["run the tests", [run("npm test")]],
  ["git status", [run("git status")]],
  ["$ git add .", [run("git add .")]],
  ["run git add .", [run("git add .")]],
  ["please run npm install and then npm test", [run("npm install"), run("npm test")]],
  ["run echo one; echo two and three, then read a.txt", [run("echo one; echo two and three"), read("a.txt")]],
  ["what time is it?", [run("date")]],

  ["count slowly to 7", [{ type: "count", to: 7 }]],
  ["count to 100 slowly", [{ type: "count", to: 100 }]],
  ["count to 999999999", [{ type: "count", to: 1000 }]],
  ["slow answer", [{ type: "story" }]],
  ["give me a slow answer please", [{ type: "story" }]],
  ["tell me a long story", [{ type: "story" }]],

  ["List the files. Then read README.md. Finally run `date`.", [list(), read("README.md"), run("date")]],
  ["hello! list the files", [list()]],
  ["thanks, now run ls -la", [run("ls -la")]],
  ["list the files, then bake a cake", [list(), { type: "unknown", text: "bake a cake" }]],

  ["Liste die Dateien auf", [list()]],
  ["Welche Dateien gibt es?", [list()]],
  ["Lies bitte README.md", [read("README.md")]],
  ["Was steht in README.md?", [read("README.md")]],
  ["Zeig mir die package.json", [read("package.json")]],
  ["Suche nach TODO", [search("TODO")]],
  ["Ersetze zwei durch drei in notes.txt", [edit("notes.txt", "zwei", "drei")]],
  ["Erstelle eine Datei hallo.txt mit Hallo Welt", [write("hallo.txt", "Hallo Welt")]],
  ["Liste die Dateien auf und lies dann notes.txt", [list(), read("notes.txt")]],
  ["Führe npm test aus", [run("npm test")]],
  ["Zähle langsam bis 20", [{ type: "count", to: 20 }]],

  ...[
    "hello",
    "who are you?",
    "what can you do?",
    "thanks!",
    "what is the meaning of life?",
    "2+2",
    "explain monads",
    "make coffee",
    "fix the bug",
    "write a function that reverses a string",
    "add a function to a.ts",
    "read the news",
    "create a folder",
    "Hallo",
    "",
    "   ",
    "```",
  ].map((prompt): [string, readonly Task[]] => [prompt, []]),
];

test.each(PROMPTS)("%j", (prompt, tasks) => {
  expect(understand(prompt)).toEqual(tasks);
});

test.each([
  ["delete notes.txt", "run rm notes.txt"],
  ["rename a.txt to b.txt", "run mv a.txt b.txt"],
  ["create a folder foo", "run mkdir foo"],
  ["write a poem to poem.txt", 'write "a poem" to poem.txt'],
  ["edit notes.txt", "in notes.txt, replace one with two"],
])("%s is not done but answered with what to say instead", (prompt, hint) => {
  expect(understand(prompt)).toEqual([{ type: "cannot", text: expect.stringContaining(hint) as unknown }]);
});

test("what it is told to say is understood", () => {
  const said = understand("delete a.txt").map((task) => (task.type === "cannot" ? task.text : ""));
  expect(understand(/(?<=: )run .*$/.exec(said.join(""))?.[0] ?? "")).toEqual([run("rm a.txt")]);
});

test("a long prompt without any sense takes no time", () => {
  for (const piece of [
    "replace a with ",
    "the ",
    "in ",
    "list all ",
    "a, and ",
    "`",
    '"',
    "\n",
    "count the files in ",
  ]) {
    expect(understand(piece.repeat(3000)).length).toBeLessThan(10_000);
  }
});
