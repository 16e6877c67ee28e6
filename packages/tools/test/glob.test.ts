import { execFileSync } from "node:child_process";
import { chmod, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { globTool } from "../src/index.ts";
import { find, tree } from "./glob-helpers.ts";
import { asNobody, call, callText, temporaryFolder } from "./helpers.ts";

test("finds files, sorted; a pattern without a slash is about names anywhere below", async () => {
  const folder = await tree(
    "b.ts",
    "a.ts",
    "src/x.ts",
    "src/deep/er/y.ts",
    "src/deep/er/x.ts",
    "empty/",
    "B.ts",
  );
  const all = ["B.ts", "a.ts", "b.ts", "src/deep/er/x.ts", "src/deep/er/y.ts", "src/x.ts"];
  for (const pattern of ["*.ts", "**/*.ts", "**", "**/*", "?.{ts,js}", "[a-zB].ts"]) {
    expect(await find(folder, pattern)).toEqual(all);
  }
  expect(await find(folder, "x.ts")).toEqual(["src/deep/er/x.ts", "src/x.ts"]);
  expect(await find(folder, "y*")).toEqual(["src/deep/er/y.ts"]);
  expect(await find(folder, "[!a].ts")).toEqual(all.filter((path) => path !== "a.ts"));
  expect(await find(folder, "src/**/x.ts")).toEqual(["src/deep/er/x.ts", "src/x.ts"]);
  expect(await find(folder, "*/x.ts")).toEqual(["src/x.ts"]);
  expect(await find(folder, "src/x.ts")).toEqual(["src/x.ts"]);
});

test("a pattern with a slash says where: ./ is the folder itself", async () => {
  const folder = await tree("b.ts", "a.ts", "src/a.ts", "src/deep/er/y.ts", "empty/");
  expect(await find(folder, "./*.ts")).toEqual(["a.ts", "b.ts"]);
  expect(await find(folder, "*")).toEqual(["a.ts", "b.ts", "empty/", "src/"]);
  expect(await find(folder, "*", "src")).toEqual(["src/a.ts", "src/deep/"]);
  expect(await find(folder, "./{a,b}.ts")).toEqual(["a.ts", "b.ts"]);
  expect(await find(folder, "./a.ts")).toEqual(["a.ts"]);
  expect(await find(folder, "./*.ts", "src")).toEqual(["src/a.ts"]);
});

test("shows folders where the pattern is about them, or about all that is in a folder", async () => {
  const folder = await tree("a.ts", "src/x.ts", "src/deep/er/y.ts", "empty/", "other/er/z.ts");
  expect(await find(folder, "./*")).toEqual(["a.ts", "empty/", "other/", "src/"]);
  expect(await find(folder, "src/*")).toEqual(["src/deep/", "src/x.ts"]);
  expect(await find(folder, "*/*")).toEqual(["other/er/", "src/deep/", "src/x.ts"]);
  expect(await find(folder, "*/")).toEqual(["empty/", "other/", "src/"]);
  expect(await find(folder, "**/er/")).toEqual(["other/er/", "src/deep/er/"]);
  expect(await find(folder, "src/")).toEqual(["src/"]);
  expect(await find(folder, "src/deep")).toEqual(["src/deep/"]);
  expect(await find(folder, "src/x.ts/")).toEqual([]);
  expect(await find(folder, "src/d*")).toEqual([]);
  expect(await callText(globTool, folder, { pattern: "er" })).toBe(
    'no files match er; 2 folders do: end the pattern in "/" to find folders\n',
  );
  expect(await callText(globTool, folder, { pattern: "src/d*" })).toBe(
    'no files match src/d*; 1 folder does: end the pattern in "/" to find folders\n',
  );
});

test("starts in another folder, and shows paths that read takes", async () => {
  const folder = await tree("a/b/c.ts", "a/d.ts", "e.ts");
  expect(await find(folder, "*.ts", "a")).toEqual(["a/b/c.ts", "a/d.ts"]);
  expect(await find(join(folder, "a"), "../*.ts")).toEqual([join(folder, "e.ts")]);
  expect(await find(folder, `${folder}/a/**/*.ts`)).toEqual(["a/b/c.ts", "a/d.ts"]);
  expect(await find(join(folder, "a"), "./*", "..")).toEqual(["./", join(folder, "e.ts")]);
  expect(await find(folder, "..", "a")).toEqual(["./"]);
  expect(await find(folder, ".")).toEqual(["./"]);
  expect(await find(folder, "*.ts", "")).toEqual(["a/b/c.ts", "a/d.ts", "e.ts"]);
  expect(await find(folder, "a/../e.ts")).toEqual(["e.ts"]);
});

test("brackets in names stand for themselves", async () => {
  const folder = await tree(
    "app/(shop)/[id]/page.tsx",
    "app/[...slug].tsx",
    "app/i.tsx",
    "+page.ts",
    "a|b",
    "a",
  );
  expect(await find(folder, "app/(shop)/[id]/*.tsx")).toEqual(["app/(shop)/[id]/page.tsx"]);
  expect(await find(folder, "app/(shop)/[id]/page.tsx")).toEqual(["app/(shop)/[id]/page.tsx"]);
  expect(await find(folder, "**/[...slug].tsx")).toEqual(["app/[...slug].tsx"]);
  expect(await find(folder, "app/[a-z].tsx")).toEqual(["app/i.tsx"]);
  expect(await find(folder, "**/+page.*")).toEqual(["+page.ts"]);
  expect(await find(folder, "a|b*")).toEqual(["a|b"]);
});

test("leaves out .git and node_modules unless the search begins there", async () => {
  const folder = await tree(".git/config", "node_modules/zod/index.js", "sub/node_modules/x.js", "sub/y.js");
  expect(await find(folder, "**")).toEqual(["sub/y.js"]);
  expect(await find(folder, "node_modules/*/*.js")).toEqual(["node_modules/zod/index.js"]);
  expect(await find(folder, "*.js", "sub/node_modules")).toEqual(["sub/node_modules/x.js"]);
  expect(await find(folder, ".git/*")).toEqual([".git/config"]);
  expect(await callText(globTool, folder, { pattern: "zod/**" })).toBe(
    "no files match zod/**; no such file or folder: zod\n",
  );
});

test("links are listed and not followed", async () => {
  const folder = await tree("real/file", "other/");
  await symlink("../real", join(folder, "other/alias"));
  await symlink("..", join(folder, "real/circle"));
  await symlink("nowhere", join(folder, "broken"));
  expect(await find(folder, "**")).toEqual(["broken", "other/alias", "real/circle", "real/file"]);
  expect(await find(folder, "other/alias/*")).toEqual(["other/alias/circle", "other/alias/file"]);
});

test("says what is wrong with the arguments", async () => {
  const folder = await tree("source/a.ts", "file");
  const start = (pattern: unknown, path?: unknown) => call(globTool, folder, { pattern, path });
  await expect(start(" ")).rejects.toThrow("pattern is empty");
  await expect(start("a\0*")).rejects.toThrow("NUL");
  await expect(start("!*.ts")).rejects.toThrow('cannot be turned round with "!"');
  await expect(start("*/../b")).rejects.toThrow('has "." or ".." behind a wildcard');
  await expect(start("*.{ts,js")).rejects.toThrow('bad pattern *.{ts,js: Missing closing: "}"');
  await expect(start("*".repeat(1_001))).rejects.toThrow("more than 1000 characters");
  await expect(start(["*"])).rejects.toThrow("invalid args for glob");
  await expect(start("*", "sources")).rejects.toThrow("no such file or folder: sources; near names: source");
  await expect(start("*", "file")).rejects.toMatchObject({
    code: "not_a_folder",
    message: "file is not a folder; path says where to start",
  });
  expect(await callText(globTool, folder, { pattern: "sorce/*.ts" })).toBe(
    "no files match sorce/*.ts; no such file or folder: sorce; near names: source\n",
  );
  expect(await callText(globTool, folder, { pattern: "file/*" })).toBe(
    "no files match file/*; file is a file and not a folder\n",
  );
  expect(await callText(globTool, folder, { pattern: "*.js", path: "source/.." })).toBe(
    "no files match *.js in source/..\n",
  );
});

test("a name with control characters cannot pass for another", async () => {
  const folder = await tree("a\nb", "c\u001b[31m");
  for (const pattern of ["**", "**/*", "*", "?*[bm]*"])
    expect(await find(folder, pattern)).toEqual(['"a\\nb"', '"c\\u001b[31m"']);
});

test("says in one line which folders could not be read", async () => {
  const folder = await tree("locked/x", "b/y", "m/locked/x", "n/locked/x", "o/locked/x");
  const locked = ["locked", "m/locked", "n/locked", "o/locked"].map((name) => join(folder, name));
  for (const path of locked) await chmod(path, 0);
  onTestFinished(async () => {
    for (const path of locked) await chmod(path, 0o755);
  });
  await asNobody(folder, async () => {
    const [first, note, ...more] = await find(folder, "**");
    expect([first, more]).toEqual(["b/y", []]);
    expect(note?.match(/cannot read [^:]*locked\/: permission denied/g)).toHaveLength(3);
    expect(note).toMatch(/; 1 more could not be read\]$/);
    expect(await callText(globTool, folder, { pattern: "*", path: "locked" })).toBe(
      "no files match * in locked; cannot read locked/: permission denied\n",
    );
    expect(await callText(globTool, folder, { pattern: "locked/*" })).toBe(
      "no files match locked/*; cannot read locked/: permission denied\n",
    );
    // What may not be looked at is not said to be missing.
    expect(await callText(globTool, folder, { pattern: "locked/x" })).toBe(
      "no files match locked/x; cannot look into locked/x: permission denied\n",
    );
    expect(await callText(globTool, folder, { pattern: "locked/x/*" })).toBe(
      "no files match locked/x/*; cannot look into locked/x: permission denied\n",
    );
  });
});

test("shows 1000 paths or 51200 bytes, and says how many are left out", async () => {
  const folder = await temporaryFolder();
  const make = (names: string) => execFileSync("bash", ["-c", `touch ${names}`], { cwd: folder });
  make("{1001..2000}");
  expect(await find(folder, "**")).toHaveLength(1000);
  make("{2001..2003}");
  const cut = await find(folder, "**");
  expect(cut).toHaveLength(1001);
  expect(cut.slice(-2)).toEqual(["2000", "... [3 more left out; a narrower pattern or path shows them]"]);
  make(`${"n".repeat(200)}{1001..2000}`);
  const long = await callText(globTool, folder, { pattern: "n*" });
  const shown = long.split("\n").length - 2;
  expect(Buffer.byteLength(long)).toBeLessThan(51_300);
  expect(long).toContain(`... [${1000 - shown} more left out;`);
});

test("walks many folders, and stops when told to", async () => {
  const folder = await temporaryFolder();
  const make =
    "for d in {1..40}; do mkdir d$d && (cd d$d && touch {1..50}.ts); done; mkdir big && cd big && touch {1..3000}.ts";
  execFileSync("bash", ["-c", make], { cwd: folder });
  await writeFile(join(folder, ".gitignore"), "*.js\n/d1/*\n!5.ts\n");
  const found = await find(folder, "**/*.ts");
  // All but those of d1; a rule that takes back (!5.ts) brings back one of them.
  expect(found.at(-1)).toBe("... [3951 more left out; a narrower pattern or path shows them]");

  const controller = new AbortController();
  const search = call(globTool, folder, { pattern: "**" }, { signal: controller.signal });
  setImmediate(() => controller.abort(new Error("enough")));
  await expect(search).rejects.toThrow("enough");
});
