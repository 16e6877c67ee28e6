import { execFileSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { globTool } from "../src/index.ts";
import { callText, temporaryFolder } from "./helpers.ts";

async function put(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

async function find(folder: string, pattern: string, path = ".", more = { hidden: true }): Promise<string[]> {
  const text = await callText(globTool, folder, { pattern, path, ...more });
  return text.startsWith("no files match") ? [] : text.split("\n").slice(0, -1);
}

function git(folder: string, ...args: string[]): string {
  return execFileSync("git", ["-c", "core.quotePath=false", "-c", "core.excludesFile=", ...args], {
    cwd: folder,
    encoding: "utf8",
  });
}

test("respects .gitignore, the nearest file first", async () => {
  const folder = await temporaryFolder();
  await put(folder, {
    ".gitignore": "*.log\n/dist\nsecret/\n",
    "a.log": "",
    "dist/x.js": "",
    "src/dist/y.js": "",
    "src/.gitignore": "!keep.log\n*.tmp\n",
    "src/keep.log": "",
    "src/other.log": "",
    "src/z.tmp": "",
    "z.tmp": "",
    "secret/deep/file": "",
  });
  expect(await find(folder, "**")).toEqual([
    ".gitignore",
    "src/.gitignore",
    "src/dist/y.js",
    "src/keep.log",
    "z.tmp",
  ]);
  expect(await find(folder, "**", "src")).toEqual(["src/.gitignore", "src/dist/y.js", "src/keep.log"]);
  expect(await find(folder, "./*")).toEqual([".gitignore", "src/", "z.tmp"]);
  expect(await find(folder, "*.log")).toEqual(["src/keep.log"]);
});

test("the files above count too, up to the top of the repository", async () => {
  const outer = await temporaryFolder();
  await put(outer, {
    ".gitignore": "*.ts\n",
    "repo/.gitignore": "*.log\n",
    "repo/pkg/a.log": "",
    "repo/pkg/b.ts": "",
    "repo/pkg/private": "",
  });
  git(join(outer, "repo"), "init", "-q");
  await writeFile(join(outer, "repo/.git/info/exclude"), "private\n");
  expect(await find(join(outer, "repo/pkg"), "**")).toEqual(["b.ts"]);
  expect(await find(join(outer, "repo"), "**", "pkg")).toEqual(["pkg/b.ts"]);
});

test("who begins inside an ignored folder sees what is there", async () => {
  const folder = await temporaryFolder();
  await put(folder, {
    ".gitignore": "dist\n",
    "dist/a.js": "",
    "dist/b/.gitignore": "*.map\n",
    "dist/b/c.js": "",
    "dist/b/c.map": "",
    "src/x.js": "",
  });
  expect(await find(folder, "**/*.js")).toEqual(["src/x.js"]);
  expect(await find(folder, "dist/**")).toEqual(["dist/a.js", "dist/b/.gitignore", "dist/b/c.js"]);
  expect(await find(folder, "**", "dist/b")).toEqual(["dist/b/.gitignore", "dist/b/c.js"]);
  expect(await find(folder, "dist/a.js")).toEqual(["dist/a.js"]);
  expect(await find(folder, "a.js")).toEqual([]);
  expect(await callText(globTool, folder, { pattern: "**/c.map" })).toBe(
    "no files match **/c.map; 1 ignored file or folder left out; 1 hidden one left out, which hidden: true looks at\n",
  );
});

test("a strange .gitignore does no harm", async () => {
  const folder = await temporaryFolder();
  await put(folder, {
    ".gitignore": "\ufeff*.log\r\n[z-a]\n[\n\\\n#x\n\n   \n!\n/\n**\u0000\n",
    "a.log": "",
    b: "",
    "pipe/.keep": "",
  });
  execFileSync("mkfifo", [join(folder, "pipe/.gitignore")]);
  await mkdir(join(folder, "folder/.gitignore"), { recursive: true });
  expect(await find(folder, "./*")).toEqual([".gitignore", "b", "folder/", "pipe/"]);
  expect(await find(folder, "**")).toEqual([".gitignore", "b", "pipe/.gitignore", "pipe/.keep"]);
});

test("leaves out what git leaves out", async () => {
  const names = ["a", "b", "ab", "a.x", "b.x", ".c"];
  const name = fc.constantFrom(...names);
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  const rule = fc
    .tuple(
      fc.constantFrom("", "", "!"),
      fc.constantFrom("", "", "/", "**/"),
      fc.array(fc.oneof(name, fc.constantFrom("*", "*.x", "a*", "?", "**", "[ab]")), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.constantFrom("", "", "/", "/**", "/*"),
    )
    .map(([not, start, parts, end]) => not + start + parts.join("/") + end);
  const rules = fc.array(rule, { minLength: 1, maxLength: 4 });
  const folders = fc.array(fc.tuple(fc.oneof(fc.constant("."), path), rules), { minLength: 1, maxLength: 3 });

  const folder = await temporaryFolder();
  git(folder, "init", "-q");
  await fc.assert(
    fc.asyncProperty(fc.array(path, { minLength: 1, maxLength: 12 }), folders, async (files, ignored) => {
      for (const entry of names) await rm(join(folder, entry), { recursive: true, force: true });
      await rm(join(folder, ".gitignore"), { force: true });
      // A path that is both a file and a folder is left to the one that comes first.
      for (const file of files) await put(folder, { [file]: "" }).catch(() => undefined);
      for (const [where, lines] of ignored) {
        await put(folder, { [join(where, ".gitignore")]: `${lines.join("\n")}\n` }).catch(() => undefined);
      }
      const listed = git(folder, "ls-files", "--others", "--exclude-standard").split("\n").slice(0, -1);
      listed.sort();
      expect(await find(folder, "**")).toEqual(listed);
      // What is hidden is left out after that, and nothing else.
      const shown = listed.filter((file) => !/(?:^|\/)\./.test(file));
      expect(await find(folder, "**", ".", { hidden: false })).toEqual(shown);
    }),
    { numRuns: 150 },
  );
});
