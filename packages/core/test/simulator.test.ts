import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator, type Simulator } from "@zotpilot/simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createAgent, createSession, defineTool, openSession, type AgentEvent } from "../src/index.ts";
import { folder } from "./support/session-files.ts";

// The strict service: it refuses a conversation whose calls and results do not pair up.
let simulator: Simulator;

beforeAll(async () => {
  simulator = await createSimulator({
    answer: (request) => {
      const last = request.messages.at(-1);
      if (last?.role !== "user") return answer.text("That is all.");
      return answer.toolCalls(
        [
          { name: "note", arguments: { text: "one" } },
          { name: "note", arguments: { text: "two" } },
        ],
        { text: "Noting both." },
      );
    },
  });
});
afterAll(() => simulator.close());

const provider = () => createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });

const note = defineTool({
  name: "note",
  description: "Notes a text.",
  risk: "write",
  input: z.strictObject({ text: z.string() }),
  async run({ text }, { progress }) {
    progress("writing");
    return text;
  },
});

const chats = () => simulator.requests.filter((request) => request.path.endsWith("/chat/completions"));

test("aborted at any event, and continued from its file: the service accepts what comes next", async () => {
  const probe = createAgent({ provider: provider(), model: "gpt-4.1", tools: [note] });
  const seen: AgentEvent["type"][] = [];
  probe.subscribe((event) => seen.push(event.type));
  expect(await probe.prompt("go")).toEqual({ reason: "done" });
  expect(seen).toContain("tool_message");

  // Deltas come in any number of pieces: the first of each type in a turn stands for the others.
  const points = seen
    .map((type, index) => ({ type, nth: seen.slice(0, index).filter((other) => other === type).length }))
    .filter(({ type, nth }) => nth < 3 || !type.endsWith("_delta"));
  for (const point of points) {
    const directory = await folder();
    const session = createSession({ directory, cwd: "/project" });
    const agent = createAgent({ provider: provider(), model: "gpt-4.1", tools: [note], session });
    let nth = 0;
    agent.subscribe((event) => {
      if (event.type !== point.type) return;
      if (nth === point.nth) agent.abort();
      nth += 1;
    });
    const { reason } = await agent.prompt("go");
    expect(["aborted", "done"]).toContain(reason);
    await agent.close();

    const reopened = await openSession(session.path);
    const next = createAgent({ provider: provider(), model: "gpt-4.1", tools: [note], session: reopened });
    expect(await next.prompt("and now?"), `aborted at ${point.type} ${point.nth}`).toEqual({
      reason: "done",
    });
    await next.close();
  }
  expect(chats().filter((request) => request.status !== 200)).toEqual([]);
});

test("one prompt is one request of a user, whatever follows from it", async () => {
  const before = chats().length;
  const agent = createAgent({ provider: provider(), model: "gpt-4.1", tools: [note] });
  await agent.prompt("go");
  const initiators = chats()
    .slice(before)
    .map((request) => request.headers["x-initiator"]);
  expect(initiators).toEqual(["user", "agent"]);
});
