import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAgent, type AgentOptions, type ApprovalRequest } from "@zotpilot/core";
import { expect, onTestFinished, test } from "vitest";
import { createBashTool, createCodingTools, fixedPolicy, policyLayer, readTool } from "../src/index.ts";
import { call, callText, temporaryFolder, textOf } from "./helpers.ts";

type Provider = AgentOptions["provider"];

/** A model that makes these calls, and then says no more. */
function calling(calls: readonly (readonly [name: string, input: unknown])[]): Provider {
  let answers = 0;
  return {
    id: "scripted",
    listModels: async () => [],
    async *stream() {
      answers += 1;
      yield { type: "response_start" };
      for (const [index, [name, input]] of answers === 1 ? calls.entries() : []) {
        const callId = `call-${index}`;
        yield { type: "tool_input_start", callId, name };
        yield { type: "tool_input_delta", callId, json: JSON.stringify(input) };
        yield { type: "tool_input_end", callId };
      }
      yield { type: "finish", reason: answers === 1 ? "tool_calls" : "end" };
    },
  };
}

/** Has an agent with all tools and an approval broker make calls. Somebody allows what is asked about. */
async function run(cwd: string, calls: readonly (readonly [name: string, input: unknown])[]) {
  const asked: ApprovalRequest[] = [];
  const decided: string[] = [];
  const made = createCodingTools({
    approval: {
      project: cwd,
      policy: fixedPolicy(policyLayer("user", { deny: ["read(secret)"] })),
      ask: async (request) => {
        asked.push(request);
        return { decision: "allow", digest: request.digest };
      },
      onDecision: ({ call: { name, arguments: given } }) => decided.push(`${name} ${given}`),
    },
  });
  onTestFinished(() => made.close());
  const { tools, middleware } = made;
  const agent = createAgent({ provider: calling(calls), model: "scripted", tools, middleware, cwd });
  expect(await agent.prompt("go")).toEqual({ reason: "done" });
  const results = agent.transcript.messages.filter((message) => message.role === "tool");
  return {
    asked,
    decided,
    results: results.map(({ content, isError }) => ({ text: textOf({ content, isError }), isError })),
  };
}

test("null for what may be left out is left out, for the approval as for the tool", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "a.txt"), "one\ntwo\n");
  const { asked, decided, results } = await run(cwd, [
    ["read", { path: "a.txt", offset: null, limit: null, column: null }],
    ["glob", { pattern: "*.txt", path: null, hidden: null }],
    ["grep", { pattern: "two", path: null, files: null, ignoreCase: null, literal: null, context: null }],
    ["jobs", { action: "list", id: null, lines: null }],
    ["bash", { command: "touch made; echo done", timeout: null, background: null }],
  ]);
  expect(results).toEqual([
    { text: "one\ntwo\n", isError: false },
    { text: "a.txt\n", isError: false },
    { text: "a.txt:2: two\n", isError: false },
    { text: "there are no background jobs\n", isError: false },
    { text: expect.stringMatching(/\ndone\n\n\[exit 0\]/), isError: false },
  ]);
  expect(decided.toSorted()).toEqual([
    'bash {"command":"touch made; echo done"}',
    'glob {"pattern":"*.txt"}',
    'grep {"pattern":"two"}',
    'jobs {"action":"list"}',
    'read {"path":"a.txt"}',
  ]);
  expect(asked.map((request) => request.call.arguments)).toEqual(['{"command":"touch made; echo done"}']);
  expect((await stat(join(cwd, "made"))).isFile()).toBe(true);
});

test("null for what a tool needs is an error, and does nothing", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "a.txt"), "one\n");
  const { results } = await run(cwd, [
    ["read", { path: null }],
    ["write", { path: "a.txt", content: null }],
    ["edit", { path: "a.txt", edits: null }],
    ["bash", { command: null, timeout: null }],
    ["glob", { pattern: null }],
  ]);
  const wrong = (name: string, field: string) => ({
    text: expect.stringMatching(new RegExp(`^invalid args for ${name}: [^]*${field}`)),
    isError: true,
  });
  expect(results).toEqual([
    wrong("read", "path"),
    wrong("write", "content"),
    wrong("edit", "edits"),
    wrong("bash", "command"),
    wrong("glob", "pattern"),
  ]);
  expect(await readFile(join(cwd, "a.txt"), "utf8")).toBe("one\n");
});

test.for([0, -1, -1_000_000])("a number of %d counts as left out, as zot has it", async (nothing) => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "a.txt"), "one\ntwo\n");
  const { tools, close } = createCodingTools();
  onTestFinished(close);
  const text = (name: string, input: object) => {
    const tool = tools.find((each) => each.name === name);
    return tool ? callText(tool, cwd, input) : Promise.reject(new Error(name));
  };
  expect(await text("read", { path: "a.txt", offset: nothing })).toBe("one\ntwo\n");
  expect(await text("read", { path: "a.txt", limit: nothing })).toBe("one\ntwo\n");
  expect(await text("read", { path: "a.txt", offset: 2, limit: nothing, column: nothing })).toBe("two\n");
  expect(await text("grep", { pattern: "two", context: nothing, path: "", files: "" })).toBe(
    "a.txt:2: two\n",
  );
  expect(await text("glob", { pattern: "*.txt", path: "" })).toBe("a.txt\n");
  await text("bash", { command: "echo one; echo two", background: true });
  await expect
    .poll(() => text("jobs", { action: "tail", id: "job-1", lines: nothing }))
    .toMatch(/ended, exit 0.*\n\none\ntwo\n/);
  const limited = createBashTool({ timeoutSeconds: 1 });
  const stopped = await call(limited, cwd, { command: "sleep 300", timeout: nothing });
  expect(textOf(stopped)).toContain("stopped after 1 s");
});

test("other numbers that fit no argument are refused", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "a.txt"), "one\n");
  for (const limit of [1.5, "2", 1e12, true]) {
    await expect(call(readTool, cwd, { path: "a.txt", limit })).rejects.toThrow(
      /invalid args for read: [^]*limit/,
    );
  }
  const bash = createBashTool();
  for (const timeout of [0.5, "60", 86_401]) {
    await expect(call(bash, cwd, { command: "true", timeout })).rejects.toThrow(
      /invalid args for bash: [^]*timeout/,
    );
  }
});
