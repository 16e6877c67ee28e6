import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createCopilot } from "@zotpilot/provider";
import { textOf } from "@zotpilot/provider/model";
import { answer, createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import {
  createAgent,
  emptyTranscript,
  importSession,
  openSession,
  reduceTranscript,
  type Transcript,
} from "../src/index.ts";
import { pairingProblems } from "./support/run.ts";
import { folder, historyOf } from "./support/session-files.ts";

// As zot writes it: blocks without types, escaped for HTML, one row with the results of a turn.
const usage = {
  input_tokens: 6,
  output_tokens: 5,
  cache_read_tokens: 4,
  cache_write_tokens: 2,
  cost_usd: 0.000058,
};
const time = "2026-11-21T01:53:03.060757891Z";
const row = (role: string, ...content: object[]) => ({ type: "message", message: { role, content, time } });
const meta = {
  id: "71f50c12-cacc-4dd3-a5bf-080bebe270aa",
  cwd: "/home/u/project",
  model: "gpt-5",
  provider: "openai",
  started: time,
  version: "0.0.0",
};
const png = "iVBORw0KGgo=";
const rows = [
  { type: "meta", meta },
  row("user", { text: "hi" }, { mime_type: "image/png", data: png }),
  row(
    "assistant",
    { reasoning_id: "rs_1", summary: ["thought"], encrypted_content: "opaque" },
    { text: "hello <b>&" },
    { id: "call_1", name: "read", arguments: { path: "a" } },
    { id: "call_2", name: "read", arguments: { path: "b" } },
  ),
  row("tool", {
    call_id: "call_1",
    content: [{ text: "one" }, { mime_type: "image/png", data: png }],
    is_error: false,
  }),
  row(
    "user",
    { text: "Tool output included the following image content:" },
    { mime_type: "image/png", data: png },
  ),
  { type: "usage", usage, cumulative: usage },
  { type: "from_the_future", more: 1 },
  row("assistant", { text: "done" }),
  row("assistant"),
  { title: "a title", type: "rename" },
];
const text = rows
  .map((each) =>
    JSON.stringify(each).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026"),
  )
  .join("\n");

/** Asks a model of each wire, the session opened anew each time; the service is strict. Returns what was sent. */
async function goOn(path: string): Promise<string[]> {
  const simulator = await createSimulator({ answer: answer.text("Going on.") });
  const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
  const bodies: string[] = [];
  for (const model of ["gpt-4.1", "gpt-5.2-codex", "claude-haiku-4.5"]) {
    const session = await openSession(path);
    const before = await historyOf(path);
    const agent = createAgent({ provider, model, session });
    expect(await agent.prompt("continue"), model).toEqual({ reason: "done" });
    await agent.close();
    const { status, body } = simulator.requests.at(-1) ?? {};
    expect(status).toBe(200);
    bodies.push(JSON.stringify(body));
    expect((await historyOf(path)).length).toBe(before.length + 2);
  }
  await simulator.close();
  return bodies;
}

/** What a session goes on from; there was nothing to mend in it. */
async function opened(path: string): Promise<Transcript> {
  const session = await openSession(path);
  await session.close();
  expect(session.warnings).toEqual([]);
  return session.events.reduce(reduceTranscript, emptyTranscript);
}

for (const name of ["20261121-015303-71f50c12.jsonl", "20261121-015303-71f50c12.zotsession"]) {
  test(`a session of zot, ${name.split(".")[1]}, is taken over and goes on`, async () => {
    const directory = await folder();
    const file = join(directory, name);
    const source = `${name.endsWith("jsonl") ? text : text.replace("/home/u/project", "")}\nnot json\n{"type":"message","mess`;
    await writeFile(file, source);
    const { path, warnings } = await importSession(file, {
      directory: join(directory, "mine"),
      cwd: "/here",
    });
    expect(await readFile(file, "utf8")).toBe(source);
    expect(warnings).toEqual([`${file}: lines that could not be read were left out (2)`]);

    const transcript = await opened(path);
    expect([transcript.name, transcript.model]).toEqual(["a title", "gpt-5"]);
    expect(transcript.usage).toMatchObject({
      inputTokens: 12,
      outputTokens: 5,
      cachedInputTokens: 4,
      cacheWriteTokens: 2,
    });
    expect(pairingProblems(transcript.messages)).toEqual([]);
    expect(transcript.messages.map(({ role, content }) => [role, content])).toEqual([
      [
        "user",
        [
          { type: "text", text: "hi" },
          { type: "image", mimeType: "image/png", data: png },
        ],
      ],
      [
        "assistant",
        [
          { type: "text", text: "hello <b>&" },
          { type: "tool_call", id: "call_1", name: "read", arguments: '{"path":"a"}' },
          { type: "tool_call", id: "call_2", name: "read", arguments: '{"path":"b"}' },
        ],
      ],
      [
        "tool",
        [
          { type: "text", text: "one" },
          { type: "image", mimeType: "image/png", data: png },
        ],
      ],
      ["tool", [{ type: "text", text: "lost: the result of this call can no longer be read" }]],
      ["assistant", [{ type: "text", text: "done" }]],
    ]);

    const bodies = await goOn(path);
    for (const body of bodies) {
      for (const said of ["hello <b>&", "one", "lost: the result", "done"]) expect(body).toContain(said);
      // What zot's provider has sealed is nobody else's.
      for (const sealed of ["opaque", "rs_1", "thought"]) expect(body).not.toContain(sealed);
    }
  });
}

test("odd parts of a session of zot cost themselves alone, and are told", async () => {
  const directory = await folder();
  const rows = (deep: string): string[] => [
    '{"type":"meta","meta":{"id":"a","model":"gpt-5"}}',
    '{"type":"message","message":{"role":"user","content":[{"text":"hi"},{"text":5}]}}',
    `{"type":"message","message":{"role":"assistant","content":[7,{"id":"1","name":"t","arguments":${deep}}]}}`,
    '{"type":"message","message":{"role":"tool","content":[{"call_id":"1","content":[{"text":5},null,{"text":"ok"},{"mime_type":3}]}]}}',
    '{"type":"message","message":{"role":"assistant","content":[{"text":"bye"}]}}',
  ];
  for (const deep of ["{}", `${"[".repeat(200_000)}${"]".repeat(200_000)}`]) {
    const file = join(directory, "odd.jsonl");
    // The last line lacks its line feed.
    await writeFile(file, rows(deep).join("\n"));
    const { path, warnings } = await importSession(file, { directory: await folder(), cwd: "/p" });
    expect(warnings).toEqual([`${file}: lines that could not be read were left out (3)`]);
    const messages = (await historyOf(path)).flatMap((event) => ("message" in event ? [event.message] : []));
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant"]);
    expect(messages.map(textOf)).toEqual(["hi", "", "ok", "bye"]);
  }
});

test("a file that zot has written in print mode, and its export, are taken over and go on", async () => {
  const written = await readFile(join(import.meta.dirname, "__fixtures__", "zot-print.jsonl"), "utf8");
  for (const [name, content] of [
    ["20261121-015303-71f50c12.jsonl", written],
    ["20261121-015303-71f50c12.zotsession", written.replace("/home/u/project", "")],
  ] as const) {
    const directory = await folder();
    await writeFile(join(directory, name), content);
    const options = { directory: join(directory, "mine"), cwd: "/here" };
    const { path, warnings } = await importSession(join(directory, name), options);
    expect(warnings).toEqual([]);
    const bodies = await goOn(path);
    for (const body of bodies) expect(body).toContain("hello <b>&");
  }
});

// The rows are those of zot's SessionMeta, AppendCompaction and Message (its packages/core and packages/provider).
test("a session that zot has compacted stays so, its history stays readable, and what a service ran itself is left out", async () => {
  const directory = await folder();
  const file = join(import.meta.dirname, "__fixtures__", "zot-compacted.jsonl");
  const { path, warnings } = await importSession(file, { directory, cwd: "/here" });
  expect(warnings).toEqual([]);
  const history = await historyOf(path);
  expect(history.flatMap((event) => (event.type === "user_message" ? [textOf(event.message)] : []))).toEqual([
    "make the parser faster",
    "and now?",
  ]);

  const transcript = await opened(path);
  expect([transcript.name, transcript.model]).toEqual(["Parser", "gpt-5.2-codex"]);
  expect(transcript.usage).toEqual({
    inputTokens: 190,
    outputTokens: 24,
    cachedInputTokens: 60,
    reasoningTokens: 8,
  });
  expect(pairingProblems(transcript.messages)).toEqual([]);
  expect(transcript.messages.map((message) => [message.role, textOf(message)])).toEqual([
    ["user", "## Context Summary (compacted)\n\n## Goal\nA faster parser."],
    ["assistant", "I measure."],
    ["tool", "ok <1s"],
    ["user", "and now?"],
    ["assistant", "Faster by half."],
  ]);
  // A summary is nothing that a person said.
  expect(transcript.messages.map((message) => "summary" in message)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);

  for (const body of await goOn(path)) {
    expect(body).toContain("A faster parser.");
    for (const gone of ["make the parser faster", "package parser", "openrouter", "sealed", "Only thought"]) {
      expect(body).not.toContain(gone);
    }
  }
});
