import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compose, toolRunner } from "@zotpilot/core";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  codingTools,
  createCodingTools,
  createPowershellTool,
  fixedPolicy,
  policyLayer,
} from "../src/index.ts";
import { callText, temporaryFolder, textOf, toolCall } from "./helpers.ts";

function byName(name: string, tools = codingTools()) {
  const tool = tools.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(name);
  return tool;
}

test("sorted by name, each with a description and a risk", () => {
  const names = codingTools().map(({ name }) => name);
  expect(names).toEqual(["bash", "edit", "glob", "grep", "jobs", "read", "write"]);
});

// What all wires take: the fields of Gemini's Schema (https://ai.google.dev/api/caching#Schema), which is a closed list
// without additionalProperties and $-words, takes one type each, and enum for strings only.
const FIELDS = new Set(
  (
    "type properties required items enum description minimum maximum minLength maxLength minItems maxItems pattern " +
    "minProperties maxProperties title nullable"
  ).split(" "),
);
const TYPES = new Set(["string", "number", "integer", "boolean", "array", "object"]);

function schemaProblems(schema: unknown, path: string): string[] {
  if (typeof schema !== "object" || schema === null) return [`${path}: no schema`];
  const problems = Object.keys(schema)
    .filter((key) => !FIELDS.has(key))
    .map((key) => `${path}: ${key}`);
  const { type, properties, items, required = [], ...rest } = schema as Record<string, unknown>;
  if (!TYPES.has(String(type))) problems.push(`${path}: type ${String(type)}`);
  if (type === "object" && Object.keys(properties ?? {}).length === 0)
    problems.push(`${path}: no properties`);
  if (type !== "object" && properties !== undefined) problems.push(`${path}: properties of no object`);
  if (type === "array") problems.push(...schemaProblems(items, `${path}[]`));
  if ("enum" in rest) {
    const values = Array.isArray(rest["enum"]) ? rest["enum"] : [];
    const fit = values.length > 0 && values.every((value) => typeof value === "string" && value !== "");
    if (type !== "string" || !fit) problems.push(`${path}: enum`);
  }
  for (const [name, inner] of Object.entries(properties ?? {})) {
    if (!/^[a-zA-Z_]\w{0,63}$/.test(name)) problems.push(`${path}: the name ${name}`);
    problems.push(...schemaProblems(inner, `${path}.${name}`));
  }
  for (const name of Array.isArray(required) ? required : [required])
    if (!Object.hasOwn(properties ?? {}, String(name))) problems.push(`${path}: required ${name}`);
  return problems;
}

const everyTool = [...codingTools(), createPowershellTool()];

test.each(everyTool.map((tool) => [tool.name, tool]))("the schema of %s fits every wire", (name, tool) => {
  expect(tool.parameters["type"]).toBe("object");
  expect(schemaProblems(tool.parameters, name)).toEqual([]);
  expect(name).toMatch(/^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/);
  expect(tool.description.length).toBeGreaterThan(0);
  // The least that a wire takes.
  expect(tool.description.length).toBeLessThanOrEqual(1024);
});

test("what a wire would refuse is found", () => {
  const refused = [
    { type: "object", properties: {} },
    { type: "object", properties: { a: { type: "string" } }, additionalProperties: false },
    { type: "object", properties: { a: { type: ["string", "null"] } } },
    { type: "object", properties: { a: { anyOf: [{ type: "string" }] } } },
    { type: "object", properties: { a: { type: "integer", enum: [1, 2] } } },
    { type: "object", properties: { a: { type: "array" } } },
    { type: "object", properties: { a: { type: "integer", exclusiveMinimum: 0 } } },
    { type: "object", properties: { a: { type: "string" } }, required: ["b"] },
    { type: "object", properties: { "a b": { type: "string" } } },
  ];
  for (const schema of refused) expect(schemaProblems(schema, "x")).not.toEqual([]);
});

describe("a file that changed since it was read", () => {
  test("is not edited and not overwritten until it is read again", async () => {
    const cwd = await temporaryFolder();
    const tools = codingTools();
    const run = (name: string, input: object) => callText(byName(name, tools), cwd, { path: "a", ...input });
    await writeFile(join(cwd, "a"), "one\ntwo\n");
    await run("edit", { edits: [{ oldText: "one", newText: "1" }] });
    await run("edit", { edits: [{ oldText: "two", newText: "2" }] });
    await writeFile(join(cwd, "a"), "by hand 2\n");
    const stale = { code: "changed", message: expect.stringContaining("read it again") };
    await expect(run("edit", { edits: [{ oldText: "2", newText: "3" }] })).rejects.toMatchObject(stale);
    await expect(run("write", { content: "x" })).rejects.toMatchObject(stale);
    await run("read", {});
    await run("edit", { edits: [{ oldText: "2", newText: "3" }] });
    expect(await run("read", {})).toBe("by hand 3\n");
    await writeFile(join(cwd, "a"), "by hand 3\n");
    await run("write", { content: "the same bytes were written, so nothing was lost\n" });
  });

  test("is known by one name below a linked folder", async () => {
    const cwd = await temporaryFolder();
    await mkdir(join(cwd, "real"));
    await symlink("real", join(cwd, "link"));
    await writeFile(join(cwd, "real", "a"), "one two\n");
    const tools = codingTools();
    const run = (name: string, path: string, input: object) =>
      callText(byName(name, tools), cwd, { path, ...input });
    await run("read", "link/a", {});
    await run("edit", "link/a", { edits: [{ oldText: "one", newText: "1" }] });
    await run("edit", "link/a", { edits: [{ oldText: "two", newText: "2" }] });
    expect(await readFile(join(cwd, "real", "a"), "utf8")).toBe("1 2\n");
    await run("read", "real/a", {});
    await writeFile(join(cwd, "real", "a"), "by hand\n");
    const stale = { code: "changed", message: expect.stringContaining("read it again") };
    await expect(run("write", "link/a", { content: "x" })).rejects.toMatchObject(stale);
    await run("write", "link/new", { content: "1\n" });
    await writeFile(join(cwd, "real", "new"), "by hand\n");
    await expect(run("write", "real/new", { content: "x" })).rejects.toMatchObject(stale);
  });
});

describe("background jobs", () => {
  test("start at once, are listed, shown and stopped", async () => {
    const cwd = await temporaryFolder();
    const made = createCodingTools();
    onTestFinished(() => made.close());
    const run = (name: string, input: unknown) => callText(byName(name, made.tools), cwd, input);
    expect(await run("jobs", { action: "list" })).toContain("no background jobs");
    expect(await run("bash", { command: "echo one; echo two; sleep 300", background: true })).toContain(
      "job-1",
    );
    await expect.poll(() => run("jobs", { action: "tail", id: "job-1", lines: 1 })).toContain("\n\ntwo\n");
    expect(await run("jobs", { action: "list" })).toMatch(/^job-1: running/);
    expect(await run("jobs", { action: "stop", id: "job-1" })).toContain("(stopped)");
    await run("bash", { command: "exit 7", background: true });
    await expect.poll(() => run("jobs", { action: "list" })).toContain("job-2: ended, exit 7");
    await expect(run("jobs", { action: "tail", id: "job-9" })).rejects.toThrow("there are job-1, job-2");
    await expect(run("jobs", { action: "tail" })).rejects.toThrow("needs the id");
  });

  test("no more than 16 run at a time, and closing ends all of them", async () => {
    const cwd = await temporaryFolder();
    const made = createCodingTools();
    const run = (name: string, input: unknown) => callText(byName(name, made.tools), cwd, input);
    for (let job = 1; job <= 16; job += 1) {
      await run("bash", { command: `echo $$ > pid-${job}; sleep 300`, background: true });
    }
    const oneMore = run("bash", { command: "sleep 300", background: true });
    await expect(oneMore).rejects.toThrow("16 jobs are running already; stop one first");
    const pids: number[] = [];
    for (let job = 1; job <= 16; job += 1) {
      await expect
        .poll(() => readFile(join(cwd, `pid-${job}`), "utf8").catch(() => ""), { timeout: 20_000 })
        .toMatch(/\n/);
      pids.push(Number(await readFile(join(cwd, `pid-${job}`), "utf8")));
    }
    await made.close();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});

test("all that surrounds the tools is one list, and works together", async () => {
  const cwd = await temporaryFolder();
  const { tools, middleware, checkpoints } = createCodingTools({
    approval: { policy: fixedPolicy(policyLayer("flag", { allow: ["write"] })), project: cwd },
    confinement: { roots: [cwd] },
    checkpoints: { folder: await temporaryFolder(), session: "s" },
    limits: {},
  });
  const run = compose(toolRunner(tools), ...middleware);
  const context = { cwd, signal: new AbortController().signal, progress: () => {} };
  const call = async (name: string, input: unknown) => textOf(await run(toolCall(name, input), context));
  expect(middleware).toHaveLength(5);
  expect(await call("write", { path: "a", content: "1" })).toContain("created");
  expect(await call("write", { path: "../a", content: "1" })).toContain("outside");
  expect(await call("bash", { command: "touch b" })).toContain("not permitted");
  expect(await call("bash", { command: "ls" })).toContain("a\n");
  expect((await checkpoints?.undo())?.restored).toEqual([join(cwd, "a")]);
  expect(await call("bash", { command: "ls" })).not.toContain("a\n");
});
