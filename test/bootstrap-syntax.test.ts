import { readdir, readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import path from "node:path";
import { parseSync, Visitor } from "oxc-parser";
import { expect, test } from "vitest";
import { repository } from "./support/example.ts";

// The set-up has to start on Node 18, which no machine of ours may have: what came later is looked for instead.

/** What Node 18 does not have, as it would be written; a method of any object begins with a dot. */
const NEWER_MEMBERS = new Set(
  `
  .toSorted .toReversed .toSpliced .isWellFormed .toWellFormed .intersection .difference
  .symmetricDifference .isSubsetOf .isSupersetOf Array.fromAsync Object.groupBy Map.groupBy
  Promise.withResolvers Promise.try RegExp.escape AbortSignal.any Symbol.dispose Symbol.asyncDispose
  crypto.hash process.getBuiltinModule process.loadEnvFile process.features util.styleText
  util.parseEnv fs.glob fs.globSync fs.openAsBlob path.matchesGlob
  `
    .trim()
    .split(/\s+/),
);

const NEWER_GLOBALS = new Set([
  "WebSocket",
  "EventSource",
  "navigator",
  "CloseEvent",
  "Iterator",
  "Float16Array",
]);

/** What a script uses that Node 18 would not understand or not have. */
function tooNew(file: string, text: string): string[] {
  const found: string[] = [];
  const { program, errors } = parseSync(file, text, { lang: "js", sourceType: "script" });
  for (const { message } of errors) found.push(message);
  new Visitor({
    VariableDeclaration({ kind }) {
      if (kind === "using" || kind === "await using") found.push(kind);
    },
    ImportExpression({ options }) {
      if (options) found.push("import attributes");
    },
    Literal(literal) {
      if (!("regex" in literal)) return;
      if (literal.regex.flags.includes("v")) found.push("regular expression flag v");
      if (/\(\?[ims-]+:/.test(literal.regex.pattern)) found.push("regular expression modifiers");
    },
    MemberExpression({ object, property, computed }) {
      if (computed || property.type !== "Identifier") return;
      const owner = object.type === "Identifier" ? object.name : "";
      const names = [`.${property.name}`, `${owner}.${property.name}`];
      found.push(...names.filter((name) => NEWER_MEMBERS.has(name)));
    },
    Identifier({ name }) {
      if (NEWER_GLOBALS.has(name)) found.push(name);
    },
    CallExpression({ callee, arguments: [first] }) {
      if (callee.type !== "Identifier" || callee.name !== "require") return;
      const wanted = first?.type === "Literal" ? String(first.value) : "something computed";
      const isOurs = wanted.startsWith("./") && wanted.endsWith(".cjs");
      const isNodes = wanted.startsWith("node:") && builtinModules.includes(wanted.slice("node:".length));
      if (!isOurs && !isNodes) found.push(`require of ${wanted}`);
    },
  }).visit(program);
  return found;
}

test("the set-up scripts ask for nothing that Node 18 does not have", async () => {
  const folder = path.join(repository, "scripts");
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".cjs"));
  expect(names).toContain("bootstrap.cjs");
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) {
    expect(tooNew(name, await readFile(path.join(folder, name), "utf8")), name).toEqual([]);
  }
});

test.each([
  ["using a = open();", "using"],
  ["const sorted = [2, 1].toSorted();", ".toSorted"],
  ["const { promise } = Promise.withResolvers();", "Promise.withResolvers"],
  ["const found = /[a--b]/v.test('a');", "regular expression flag v"],
  ["const chalk = require('chalk');", "require of chalk"],
  ["export const a = 1;", "Cannot use export statement outside a module"],
  ["const socket = new WebSocket('ws://x');", "WebSocket"],
])("%s is too new", (text, complaint) => {
  expect(tooNew("a.cjs", text).join("\n")).toContain(complaint);
});
