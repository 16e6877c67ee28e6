import { expect, test } from "vitest";
import { createAgent, type AgentEvent, type ApprovalRequest } from "../src/index.ts";
import { asking, touchTool } from "./support/asking.ts";
import { only, pairingProblems, resultTexts, types } from "./support/run.ts";
import { call, say, scripted } from "./support/scripted.ts";

const touch = (id: string, text: string) => ({ id, name: "touch", arguments: { text } });

/** An agent that calls the tool with these texts in one answer; `answer` is told about each request. */
function start(texts: readonly string[], answer: (request: ApprovalRequest) => void = () => undefined) {
  const { tool, ran } = touchTool();
  const provider = scripted(call(...texts.map((text) => touch(text, text))), say("done"), say("again"));
  const agent = createAgent({ provider, model: "model-a", tools: [tool], middleware: [asking()] });
  const events: AgentEvent[] = [];
  agent.subscribe((event) => {
    events.push(event);
    if (event.type === "approval_request") answer(event.request);
  });
  const allow = ({ id, digest }: ApprovalRequest) => agent.respond(id, { digest, decision: "allow" });
  return { agent, provider, events, ran, allow };
}

test("who attends is asked, and the call runs when they say so", async () => {
  const { agent, events, ran, allow } = start(["a"], (request) => expect(allow(request)).toBe(true));
  agent.attend();
  expect(await agent.prompt("go")).toEqual({ reason: "done" });
  expect(ran).toEqual(["a"]);
  const told = types(events);
  expect(told.slice(told.indexOf("tool_start"), told.indexOf("tool_message") + 1)).toEqual([
    "tool_start",
    "approval_request",
    "approval_response",
    "tool_end",
    "tool_message",
  ]);
  expect(only(events, "approval_request")[0]?.request.call).toMatchObject({
    id: "a",
    arguments: '{"text":"a"}',
  });
  expect(only(events, "approval_response")).toEqual([
    { type: "approval_response", requestId: "asked-1", decision: "allow" },
  ]);
  expect(JSON.parse(JSON.stringify(events))).toEqual(events);
});

test("a refusal is the result of the call, with its reason", async () => {
  const { agent, provider, ran } = start(["a"], ({ id, digest }) =>
    agent.respond(id, { digest, decision: "deny", reason: "not on a Friday" }),
  );
  agent.attend();
  await agent.prompt("go");
  expect(ran).toEqual([]);
  expect(provider.requests[1]?.messages.at(-1)).toMatchObject({
    role: "tool",
    isError: true,
    content: [{ type: "text", text: "not on a Friday" }],
  });
});

test("nobody is asked while nobody attends, and what waits is refused when the last one leaves", async () => {
  const alone = start(["a"]);
  await alone.agent.prompt("go");
  expect(resultTexts(alone.events)).toEqual(["nobody to ask"]);
  expect(only(alone.events, "approval_request")).toEqual([]);

  const left = start(["a", "b"], () => {
    leaveFirst();
    leaveFirst();
    if (left.agent.approvals.length === 2) leaveLast();
  });
  const leaveFirst = left.agent.attend();
  const leaveLast = left.agent.attend();
  expect(await left.agent.prompt("go")).toEqual({ reason: "done" });
  expect(left.ran).toEqual([]);
  expect(resultTexts(left.events)).toEqual([
    "user cancelled: nobody is there any more to answer",
    "user cancelled: nobody is there any more to answer",
  ]);
  expect(only(left.events, "approval_response").map(({ decision }) => decision)).toEqual(["deny", "deny"]);
  expect(left.agent.approvals).toEqual([]);
});

test("calls side by side are asked about at once, and answered in any order", async () => {
  const asked: ApprovalRequest[] = [];
  const { agent, events, ran, allow } = start(["a", "b", "c"], (request) => {
    asked.push(request);
    if (asked.length < 3) return;
    expect(agent.approvals).toEqual(asked);
    const [first, second, third] = asked as [ApprovalRequest, ApprovalRequest, ApprovalRequest];
    allow(third);
    agent.respond(second.id, { digest: second.digest, decision: "deny" });
    allow(first);
  });
  agent.attend();
  await agent.prompt("go");
  expect(ran.toSorted()).toEqual(["a", "c"]);
  expect(resultTexts(events)).toEqual(["touched a", "user declined", "touched c"]);
});

test("an answer that fits no question, or is a second one, changes nothing", async () => {
  const { agent, ran, allow } = start(["a"], (request) => {
    const { id, digest } = request;
    expect(agent.respond("other", { digest, decision: "allow" })).toBe(false);
    expect(agent.respond(id, { digest: "other", decision: "allow" })).toBe(false);
    expect(agent.approvals).toEqual([request]);
    expect(agent.respond(id, { digest, decision: "deny" })).toBe(true);
    expect(allow(request)).toBe(false);
  });
  agent.attend();
  await agent.prompt("go");
  expect(ran).toEqual([]);
  expect(agent.approvals).toEqual([]);
});

test("an abort while it is asked ends the question and the run, and every call has its result", async () => {
  const { agent, events, ran, allow } = start(["a", "b"], () => {
    if (agent.approvals.length === 2) agent.abort();
  });
  agent.attend();
  expect(await agent.prompt("go")).toEqual({ reason: "aborted" });
  expect(ran).toEqual([]);
  expect(agent.approvals).toEqual([]);
  expect(only(events, "approval_response")).toMatchObject([
    { requestId: "asked-1", decision: "deny", reason: "cancelled" },
    { requestId: "asked-2", decision: "deny", reason: "cancelled" },
  ]);
  const told = types(events);
  expect(told.lastIndexOf("approval_response")).toBeLessThan(told.indexOf("tool_message"));
  expect(pairingProblems(agent.transcript.messages)).toEqual([]);
  for (const { request } of only(events, "approval_request")) expect(allow(request)).toBe(false);
});
