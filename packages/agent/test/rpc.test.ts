import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createSandbox, runCli } from "./support/cli.ts";

type Line = {
  type: string;
  command?: string;
  id?: string;
  success?: boolean;
  error?: string;
  data?: unknown;
};

function parse(stdout: string): Line[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

test("whatever arrives gets one clear answer, and a ping works behind it", async () => {
  await using sandbox = await createSandbox();
  const bad = [
    "null",
    "[]",
    "42",
    '"text"',
    "{broken",
    '{"type":"no_such"}',
    '{"type":"ping","id":7}',
    '{"id":"x"}',
    "{}",
  ];
  const result = await runCli(
    sandbox,
    ["rpc", "--demo"],
    [...bad, "", '{"type":"ping","id":"last"}', ""].join("\n"),
  );
  expect(result.code).toBe(0);
  const lines = parse(result.stdout);
  expect(lines).toHaveLength(bad.length + 1);
  for (const line of lines.slice(0, -1)) {
    expect(line).toMatchObject({ type: "response", success: false, error: expect.stringMatching(/\w/) });
  }
  expect(lines[5]).toMatchObject({ command: "no_such", error: "unknown command" });
  expect(lines[7]).toMatchObject({ id: "x", error: "unknown command" });
  expect(lines.at(-1)).toEqual({
    type: "response",
    command: "ping",
    id: "last",
    success: true,
    data: { pong: true },
  });
});

test("a tool turn plays the event order of the protocol", async () => {
  await using sandbox = await createSandbox();
  await writeFile(join(sandbox.project, "README.md"), "# Hello\n");
  const result = await runCli(
    sandbox,
    ["rpc", "--demo", "--yes"],
    '{"type":"prompt","id":"1","message":"run `echo hi`"}\n',
  );
  expect(result.code).toBe(0);
  const lines = parse(result.stdout);
  expect(lines[0]).toMatchObject({
    type: "response",
    command: "prompt",
    id: "1",
    success: true,
    data: { started: true },
  });
  const order = lines.slice(1).map(({ type }) => type);
  const squeezed = order.filter((type, index) => type !== order[index - 1]);
  const withoutText = squeezed.filter((type) => type !== "text_delta");
  expect(withoutText).toEqual([
    "user_message",
    "turn_start",
    "assistant_start",
    "tool_use_start",
    "tool_use_args",
    "tool_use_end",
    "usage",
    "assistant_message",
    "tool_call",
    "turn_end",
    "tool_progress",
    "tool_result",
    "turn_start",
    "assistant_start",
    "usage",
    "assistant_message",
    "turn_end",
    "done",
  ]);
  const stops = lines
    .filter(({ type }) => type === "turn_end")
    .map((line) => (line as { stop?: string }).stop);
  expect(stops).toEqual(["tool_use", "end"]);
});

test("hello, state, messages, models, set_model and clear", async () => {
  await using sandbox = await createSandbox();
  const requests = [
    { type: "hello", id: "a" },
    { type: "get_models", id: "b" },
    { type: "set_model", id: "c", model: "no-such-model" },
    { type: "get_state", id: "d" },
    { type: "get_messages", id: "e" },
    { type: "abort", id: "f" },
    { type: "clear", id: "g" },
  ];
  const result = await runCli(
    sandbox,
    ["rpc", "--demo"],
    requests.map((request) => `${JSON.stringify(request)}\n`).join(""),
  );
  const byId = new Map(parse(result.stdout).map((line) => [line.id, line]));
  expect(byId.get("a")).toMatchObject({ data: { protocol_version: 1, provider: "github-copilot" } });
  expect(byId.get("b")).toMatchObject({ success: true });
  expect(byId.get("c")).toMatchObject({
    success: false,
    error: 'unknown model "no-such-model" (provider="github-copilot")',
  });
  expect(byId.get("d")).toMatchObject({ data: { busy: false, message_count: 0, cwd: expect.any(String) } });
  expect(byId.get("e")).toMatchObject({ data: { messages: [] } });
  expect(byId.get("f")).toMatchObject({ success: true });
  expect(byId.get("g")).toMatchObject({ success: true });
});
