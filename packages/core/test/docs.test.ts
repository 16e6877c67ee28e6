import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isDurable, openSession, type AgentEvent, type CoreErrorCode } from "../src/index.ts";
import { PROTOCOL_VERSION, encodeEvent } from "../src/rpc/index.ts";
import { requests } from "../src/rpc/protocol.ts";
import { sessionHeader, sessionLine, sessionVersion } from "../src/session/schema.ts";
import { anyEvent, eventTypes } from "./support/arbitrary.ts";
import { documentedAgent, documentedPrompt } from "./support/documented.ts";
import { serve } from "./support/rpc.ts";
import { folder } from "./support/session-files.ts";

// What docs/protocol says is checked against the code, example lines and all.
const page = (name: string): Promise<string> =>
  readFile(new URL(`../../../docs/protocol/${name}.md`, import.meta.url), "utf8");

/** The part of a page below a heading. */
function section(text: string, heading: string): string {
  const [, below = ""] = text.split(`\n## ${heading}\n`);
  expect(below, `there is no section "${heading}"`).not.toBe("");
  return below.split("\n## ")[0] ?? "";
}

/** Rows of the first table, as cells. */
function table(text: string): string[][] {
  const block = /(?:^\|.*\|$\n?)+/m.exec(text)?.[0] ?? "";
  const rows = block.trim().split("\n").slice(2);
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The words in code quotes of a cell. */
const quoted = (cell: string | undefined): string[] =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, word]) => word ?? "");

const names = (text: string): string[] => table(text).flatMap(([first]) => quoted(first));

/** The lines of the blocks of JSON lines, a list for each block. */
const jsonLines = (text: string): Record<string, unknown>[][] =>
  [...text.matchAll(/^```jsonl\n(.*?)^```$/gms)].map(([, block = ""]) =>
    block
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );

async function documentedEvents(): Promise<AgentEvent[]> {
  const agent = documentedAgent();
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  await agent.prompt(documentedPrompt);
  return events;
}

test("events.md: its tables are the union, with the fields that there are", async () => {
  const text = await page("events");
  const durable = names(section(text, "Durable events"));
  const live = names(section(text, "Live events"));
  const isDurableType = (type: string): boolean => isDurable({ type } as AgentEvent);
  expect(durable.toSorted()).toEqual(eventTypes.filter(isDurableType).toSorted());
  expect(live.toSorted()).toEqual(eventTypes.filter((type) => !isDurableType(type)).toSorted());

  const fields = new Map<string, Set<string>>();
  for (const event of fc.sample(anyEvent, 3000)) {
    const known = fields.get(event.type) ?? new Set();
    for (const field of Object.keys(event)) if (field !== "type") known.add(field);
    fields.set(event.type, known);
  }
  for (const heading of ["Durable events", "Live events"]) {
    for (const [type, listed] of table(section(text, heading))) {
      const known = [...(fields.get(quoted(type)[0] ?? "") ?? [])];
      expect(quoted(listed).toSorted(), type).toEqual(known.toSorted());
    }
  }
});

test("events.md: the example is what the agent tells", async () => {
  const [example] = jsonLines(section(await page("events"), "Example"));
  const changing = { runId: "…", durationMs: 0 };
  const settle = (event: object): object =>
    Object.fromEntries(
      Object.entries({ ...event }).map(([key, value]) => [key, key in changing ? "…" : value]),
    );
  expect(example?.map(settle)).toEqual((await documentedEvents()).map(settle));
});

test("session.md: the example opens, line by line in the documented form", async () => {
  const text = await page("session");
  const [lines = []] = jsonLines(text);
  const path = join(await folder(), "session.jsonl");
  await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const session = await openSession(path);
  await session.close();
  expect(session.warnings).toEqual([]);
  expect(session.events).toEqual((await documentedEvents()).filter(isDurable));

  const [header, ...events] = lines;
  expect(sessionHeader.strict().safeParse(header).error).toBeUndefined();
  for (const line of events) expect(sessionLine.strict().safeParse(line).error).toBeUndefined();
  expect(header?.["version"]).toBe(sessionVersion);
  const [headerTable = "", lineTable = ""] = section(text, "Lines").split("Every other line");
  expect(names(headerTable)).toEqual(Object.keys(sessionHeader.shape));
  expect(names(lineTable)).toEqual(Object.keys(sessionLine.shape));
});

test("session.md: the errors are those that there are", async () => {
  const codes = quoted(section(await page("session"), "Reading")).filter((word) =>
    word.startsWith("session_"),
  );
  expect([...new Set(codes)].toSorted()).toEqual([
    "session_corrupt",
    "session_newer",
    "session_not_found",
    "session_unavailable",
  ]);
});

test("rpc.md: its table is the protocol's list of requests, with their fields", async () => {
  const text = await page("rpc");
  expect(text).toContain(`rpc protocol, version ${PROTOCOL_VERSION}`);
  const rows = table(section(text, "Requests"));
  expect(rows.map(([type]) => quoted(type)[0])).toEqual(Object.keys(requests));
  for (const [type, fields] of rows) {
    const { shape } = requests[quoted(type)[0] as keyof typeof requests];
    expect(quoted(fields), type).toEqual(Object.keys(shape).filter((key) => key !== "type" && key !== "id"));
  }
});

test("rpc.md: the data of the responses is what is answered", async () => {
  const rpc = serve(documentedAgent());
  for (const [type, , data] of table(section(await page("rpc"), "Requests"))) {
    const name = quoted(type)[0] ?? "";
    // Nothing waits for an answer here; see rpc-approvals.test.ts.
    if (name === "respond") continue;
    const response = await rpc.ask({
      type: name,
      model: "model-b",
      reasoning: "low",
      message: documentedPrompt,
    });
    expect(response["success"], name).toBe(true);
    const listed = quoted(data?.split(":")[0]);
    expect(Object.keys(response["data"] ?? {}).toSorted(), name).toEqual(listed.toSorted());
  }
  await rpc.end();
});

test("rpc.md: its table is the list of events on the wire", async () => {
  const listed = new Map(
    table(section(await page("rpc"), "Events")).map(([type, fields]) => [quoted(type)[0] ?? "", fields]),
  );
  const seen = new Map<string, Set<string>>();
  for (const event of fc.sample(anyEvent, 3000)) {
    for (const wire of encodeEvent(event)) {
      const known = seen.get(wire.type) ?? new Set();
      for (const field of Object.keys(wire)) if (field !== "type") known.add(field);
      seen.set(wire.type, known);
    }
  }
  expect([...listed.keys()].toSorted()).toEqual([...seen.keys()].toSorted());
  for (const [type, fields] of seen) {
    for (const field of fields) expect(quoted(listed.get(type)), type).toContain(field);
  }
});

test("rpc.md: the example is what the server answers", async () => {
  const [asked = [], answered] = jsonLines(section(await page("rpc"), "Example"));
  const rpc = serve(documentedAgent());
  rpc.send(...asked);
  expect(await rpc.end()).toEqual(answered);
});

test("README.md: its tables name every event and every error code", async () => {
  const text = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const listed = table(section(text, "Events")).flatMap((row) => row.flatMap(quoted));
  expect(listed.toSorted()).toEqual(eventTypes.toSorted());

  const codes: { [Code in CoreErrorCode]: true } = {
    busy: true,
    turn_limit: true,
    request_limit: true,
    credit_limit: true,
    tool_limit: true,
    repeated_failure: true,
    answer_too_long: true,
    nothing_to_compact: true,
    compaction_failed: true,
    aborted: true,
    session_not_found: true,
    session_corrupt: true,
    session_newer: true,
    session_unavailable: true,
    record_too_large: true,
    session_locked: true,
    request_refused: true,
    connection_closed: true,
  };
  expect(names(section(text, "Errors"))).toEqual(Object.keys(codes));
});
