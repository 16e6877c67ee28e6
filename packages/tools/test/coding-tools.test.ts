import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compose, toolRunner } from "@zotpilot/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { codingTools, createCodingTools, fixedPolicy, policyLayer } from "../src/index.ts";
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

// What the strictest of the three wires takes: objects with named properties, no $-words, no unions of types.
const ALLOWED = new Set(
  "type properties required items enum description minimum maximum minLength maxLength minItems additionalProperties".split(
    " ",
  ),
);

function schemaProblems(schema: unknown, path: string): string[] {
  if (typeof schema !== "object" || schema === null) return [`${path}: no schema`];
  const problems = Object.keys(schema)
    .filter((key) => !ALLOWED.has(key))
    .map((key) => `${path}: ${key}`);
  const { type, properties, items, required } = schema as Record<string, unknown>;
  if (typeof type !== "string") problems.push(`${path}: type ${String(type)}`);
  if (type === "object" && typeof properties !== "object") problems.push(`${path}: no properties`);
  if (type === "array") problems.push(...schemaProblems(items, `${path}[]`));
  for (const [name, inner] of Object.entries(properties ?? {}))
    problems.push(...schemaProblems(inner, `${path}.${name}`));
  for (const name of Array.isArray(required) ? required : [])
    if (!Object.hasOwn(properties as object, name)) problems.push(`${path}: ${name}`);
  return problems;
}

test.each(codingTools().map((tool) => [tool.name, tool.parameters]))(
  "the schema of %s fits every wire",
  (name, parameters) => {
    expect(schemaProblems(parameters, name)).toEqual([]);
    expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  },
);

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
});

test("all that surrounds the tools is one list, and works together", async () => {
  const cwd = await temporaryFolder();
  const { tools, middleware, checkpoints } = createCodingTools({
    approval: { policy: fixedPolicy(policyLayer("flag", { allow: ["write"] })), project: cwd },
    confinement: { roots: [cwd] },
    checkpoints: { folder: await temporaryFolder(), session: "s" },
  });
  const run = compose(toolRunner(tools), ...middleware);
  const context = { cwd, signal: new AbortController().signal, progress: () => {} };
  const call = async (name: string, input: unknown) => textOf(await run(toolCall(name, input), context));
  expect(middleware).toHaveLength(3);
  expect(await call("write", { path: "a", content: "1" })).toContain("created");
  expect(await call("write", { path: "../a", content: "1" })).toContain("outside");
  expect(await call("bash", { command: "touch b" })).toContain("not permitted");
  expect(await call("bash", { command: "ls" })).toContain("a\n");
  expect((await checkpoints?.undo())?.restored).toEqual([join(cwd, "a")]);
  expect(await call("bash", { command: "ls" })).not.toContain("a\n");
});
