import type { ModelInfo, ReasoningEffort } from "@zotpilot/provider/model";
import { expect, test } from "vitest";
import { createAgent, reasoningLevels, type AgentOptions } from "../src/index.ts";
import { isDone, serve } from "./support/rpc.ts";
import { call, model, play, say, scripted, untilAborted } from "./support/scripted.ts";

const offering = (...reasoningEfforts: ReasoningEffort[]) => {
  const asked: string[] = [];
  const modelInfo = async (id: string): Promise<ModelInfo> => {
    asked.push(id);
    return { ...model(id), maxPromptTokens: 90_000, supports: { ...model(id).supports, reasoningEfforts } };
  };
  return { asked, modelInfo };
};

const make = (provider: AgentOptions["provider"], more: Partial<AgentOptions>) =>
  createAgent({ provider, model: "model-a", cwd: "/project", compactAt: 0, ...more });

test("each level becomes the nearest effort that the model offers, the higher one of two, and off none", async () => {
  const sent = async (...efforts: ReasoningEffort[]) => {
    const provider = scripted(...reasoningLevels.map((level) => say(level)));
    const agent = make(provider, offering(...efforts));
    for (const level of reasoningLevels) {
      agent.setReasoning(level);
      expect(agent.reasoning).toBe(level);
      await agent.prompt("go");
    }
    return provider.requests.map(({ reasoningEffort }) => reasoningEffort);
  };
  expect(reasoningLevels).toEqual(["off", "minimum", "low", "medium", "high", "xhigh", "max"]);
  expect(await sent("low", "medium", "high")).toEqual([
    undefined,
    "low",
    "low",
    "medium",
    "high",
    "high",
    "high",
  ]);
  expect(await sent("xhigh", "minimal", "low")).toEqual([
    undefined,
    "minimal",
    "low",
    "low",
    "xhigh",
    "xhigh",
    "xhigh",
  ]);
  expect(await sent("low", "high")).toEqual([undefined, "low", "low", "high", "high", "high", "high"]);
  expect(await sent()).toEqual(reasoningLevels.map(() => undefined));
});

test("without a level nothing is asked for and nobody is asked; with one the rest of the request is the same", async () => {
  const answers = () => [call({ id: "1", name: "none" }), say("done")];
  const plain = scripted(...answers());
  const { asked, modelInfo } = offering("low", "high");
  const now = () => new Date(0);
  const silent = make(plain, { system: "be brief", now, modelInfo });
  expect(silent.reasoning).toBe("off");
  await silent.prompt("go");
  // What a prompt counts as is asked for in any case.
  expect(asked).toEqual(["model-a"]);

  const thinking = scripted(...answers());
  await make(thinking, { system: "be brief", now, modelInfo, reasoning: "high" }).prompt("go");
  expect(thinking.requests.map(({ reasoningEffort }) => reasoningEffort)).toEqual(["high", "high"]);
  expect(plain.requests.every((request) => !("reasoningEffort" in request))).toBe(true);
  const rest = ({ requests }: typeof plain) =>
    requests.map((request) => ({ ...request, reasoningEffort: undefined, interactionId: undefined }));
  expect(rest(thinking)).toEqual(rest(plain));
});

test("the list of the provider says what a model offers; when it fails, or nobody knows the model, nothing is sent", async () => {
  const { modelInfo } = offering("low");
  const provider = scripted(say("one"), say("two"), say("three"));
  let failing = false;
  provider.listModels = async () => {
    if (failing) throw new Error("no network");
    return [await modelInfo("model-a")];
  };
  const agent = make(provider, { reasoning: "max" });
  await agent.prompt("go");
  await agent.setModel("model-z");
  await agent.prompt("go");
  failing = true;
  expect(await agent.prompt("go")).toEqual({ reason: "done" });
  expect(provider.requests.map(({ reasoningEffort }) => reasoningEffort)).toEqual([
    "low",
    undefined,
    undefined,
  ]);
});

test("a summary is written without thinking", async () => {
  const provider = scripted(say("x".repeat(9_000)), say("y".repeat(9_000)), say("the gist"));
  const agent = make(provider, { ...offering("low"), reasoning: "low" });
  await agent.prompt("one");
  await agent.prompt("two");
  await agent.compact();
  expect(provider.requests.map(({ reasoningEffort }) => reasoningEffort)).toEqual(["low", "low", undefined]);
});

test("rpc: set_reasoning holds for the prompts behind it, is told by get_state, and is refused while busy", async () => {
  const waiting = play([{ type: "response_start" }], untilAborted);
  const provider = scripted(say("one"), waiting, say("three"));
  const rpc = serve(make(provider, offering("low", "medium")));
  expect(await rpc.ask({ type: "get_state" })).toMatchObject({ data: { reasoning: "off" } });
  rpc.send({ type: "set_reasoning", id: "r", reasoning: "max" }, { type: "prompt", message: "go" });
  expect(await rpc.next(({ id }) => id === "r")).toEqual({
    type: "response",
    command: "set_reasoning",
    id: "r",
    success: true,
    data: { reasoning: "max" },
  });
  await rpc.next(isDone);
  rpc.send({ type: "prompt", message: "wait" });
  await rpc.next(({ type }) => type === "assistant_start" && provider.requests.length === 2);
  const refused = await rpc.ask({ type: "set_reasoning", reasoning: "off" });
  expect(refused["error"]).toContain("agent is busy");
  expect(await rpc.ask({ type: "get_state" })).toMatchObject({ data: { reasoning: "max" } });
  await rpc.ask({ type: "abort" });
  await rpc.next(isDone);
  for (const reasoning of ["hard", "", undefined, 3]) {
    expect(await rpc.ask({ type: "set_reasoning", reasoning })).toMatchObject({
      success: false,
      error: expect.stringMatching(/"reasoning".*"off" or "minimum" or "low" or "medium"/),
    });
  }
  expect(await rpc.ask({ type: "set_reasoning", reasoning: "off" })).toMatchObject({ success: true });
  rpc.send({ type: "prompt", message: "go" });
  await rpc.end();
  expect(provider.requests.map(({ reasoningEffort }) => reasoningEffort)).toEqual([
    "medium",
    "medium",
    undefined,
  ]);
});
