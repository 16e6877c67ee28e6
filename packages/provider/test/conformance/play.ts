import { answer } from "@zotpilot/simulator";
import { expect } from "vitest";
import { collectCompletion, collectMessage, textOf, type CopilotOptions } from "../../src/index.ts";
import { CHAT_PATH, TOKEN_PATH } from "../fake-service.ts";
import { hello, simulated, type Simulated } from "../simulated.ts";
import { ACCESS } from "./access-plays.ts";
import { CHAT } from "./chat-plays.ts";
import { COMPLETIONS } from "./completion-rows.ts";
import { EXCHANGE } from "./exchange-plays.ts";
import { MODEL_PLAYS } from "./model-plays.ts";
import { describeFailure, describeMessage, expectFailure, outcomeOf, resultOf } from "./outcome.ts";
import { ask, expectText, requestsOf, told, type Play, type Played, type Start } from "./played.ts";
import { SIDE } from "./side-plays.ts";
import { SAID, streamRow, type Row } from "./stream-rows.ts";
import { WIRE_PLAYS } from "./wire-plays.ts";
import { continued, requestFor } from "./wire-requests.ts";
import { WIRES } from "./wire-rows.ts";

type WhenDone = (clean: () => Promise<void>) => void;
/** Told of every client, so that what was sent can be looked at afterwards. */
type Watch = (all: Simulated) => void;

/** Scenarios that are about more than what one request comes to. */
export const PLAYS: Readonly<Record<string, Play>> = {
  ...EXCHANGE,
  ...ACCESS,
  ...MODEL_PLAYS,
  ...CHAT,
  ...WIRE_PLAYS,
  ...SIDE,
};

/**
 * Scenarios that answer nothing themselves: they change the models before anything is asked, or are how the simulator
 * always is. Each has a play that sees their effect.
 */
export const SILENT: readonly string[] = [
  "models.no_supported_endpoints",
  "models.responses_only",
  "policy.needed",
  "embeddings.too_many",
  "chat.orphan_tool_result",
  "chat.missing_tool_result",
  "responses.previous_response_not_found",
  "messages.cache_control_limit",
  "messages.prefill_refused",
];

/**
 * Plays one scenario and compares what comes of it with its row. Throws when it is something else, and when the scenario
 * had no say in any answer: then it was not played, whatever came.
 */
export async function playScenario(name: string, whenDone: WhenDone, watch: Watch): Promise<Played> {
  const started: Simulated[] = [];
  const start: Start = async (copilotOptions: Partial<CopilotOptions> = {}, when?: "later") => {
    const said = name in WIRES || name in WIRE_PLAYS ? "From the script." : SAID;
    const scenarios = when === "later" ? [] : [name];
    const all = await simulated({ answer: answer.text(said), scenarios }, copilotOptions, whenDone);
    watch(all);
    started.push(all);
    return all;
  };
  const played = await playOf(name)(start, name);
  const hadSay = started.some(({ simulator }) =>
    simulator.requests.some((request) => request.played.includes(name)),
  );
  expect(hadSay || SILENT.includes(name), "the scenario had a say in an answer").toBe(true);
  return played;
}

function playOf(name: string): Play {
  const own = PLAYS[name];
  if (own) return own;
  if (name in WIRES) return playWire;
  if (name.startsWith("fim.")) return playCompletion;
  if (name === "abort") return playAbort;
  if (name === "stall.keepalive_only") return playKeepAlive;
  return playStream;
}

function checkCounts(row: Row, { count }: Simulated): void {
  if (row.exchanges !== undefined) expect(count(TOKEN_PATH), "exchanges").toBe(row.exchanges);
  if (row.chats !== undefined) expect(count(CHAT_PATH), "chat requests").toBe(row.chats);
}

async function playStream(start: Start, name: string): Promise<Played> {
  const row = streamRow(name);
  if (!row) throw new Error("there is no row for it");
  const isSilent = name === "exchange.hang" || name.startsWith("stall");
  const all = await start(isSilent ? { timeouts: { firstByteMs: 1500, idleMs: 1500 } } : {});
  const outcome = await ask(all, row.asks);
  checkCounts(row, all);
  if (row.fails) {
    expectFailure(outcome, row.fails);
    const did = "error" in outcome ? describeFailure(outcome.error) : "";
    if (!row.once) return told(all, "stream", did);
    await expectText(all, SAID);
    return told(all, "stream, twice", `${did}; then answered`);
  }
  const result = resultOf(outcome);
  const calls = result.message.content.flatMap((part) =>
    part.type === "tool_call" ? [{ name: part.name, arguments: JSON.parse(part.arguments) as unknown }] : [],
  );
  if (row.text !== undefined) expect(textOf(result.message)).toBe(row.text);
  if (row.calls) expect(calls).toEqual(row.calls);
  else if (row.finish !== "tool_calls") expect(calls).toEqual([]);
  if (row.finish !== undefined) expect(result.finishReason).toBe(row.finish);
  if ("inputTokens" in row) expect(result.usage?.inputTokens).toBe(row.inputTokens);
  return told(all, "stream", describeMessage(result));
}

async function playWire(start: Start, name: string): Promise<Played> {
  const row = WIRES[name] ?? {};
  const all = await start();
  // Tells the wires.
  await all.copilot.listModels();
  const request = requestFor(name);
  const outcome = await outcomeOf(all, collectMessage(all.copilot.stream(request)));
  if (row.fails) {
    expectFailure(outcome, row.fails);
    const did = "error" in outcome ? describeFailure(outcome.error) : "";
    return { call: "stream", did, requests: requestsOf(all) };
  }
  const result = resultOf(outcome);
  const { content } = result.message;
  const thoughts = content.filter((part) => part.type === "reasoning");
  expect(textOf(result.message)).toBe(row.text ?? "");
  expect(thoughts.map(({ text }) => text).join("")).toBe(row.thoughts ?? "");
  expect(thoughts.map(({ opaque }) => opaque ?? "").join("")).toBe(row.state ?? "");
  const calls = content.flatMap((part) =>
    part.type === "tool_call" ? [[part.name, JSON.parse(part.arguments) as unknown]] : [],
  );
  expect(calls).toEqual(row.calls ?? []);
  expect(result.finishReason).toBe(row.finish ?? (row.calls ? "tool_calls" : "end"));
  const did = describeMessage(result);
  if (row.finish !== undefined) return { call: "stream", did, requests: requestsOf(all) };
  // What came is taken when it goes back.
  const next = await outcomeOf(all, collectMessage(all.copilot.stream(continued(request, result.message))));
  const then = describeMessage(resultOf(next));
  return { call: "stream, twice", did: `${did}; then ${then}`, requests: requestsOf(all) };
}

async function playCompletion(start: Start, name: string): Promise<Played> {
  const row = COMPLETIONS[name];
  if (!row) throw new Error("there is no row for it");
  const all = await start();
  const asked = { prompt: "def add(a, b):\n", suffix: "\n", language: "python" };
  const outcome = await outcomeOf(all, collectCompletion(all.copilot.complete(asked)));
  const sent = all.simulator.requests.filter(({ path }) => path.endsWith("/completions"));
  if (row.count !== undefined) expect(sent).toHaveLength(row.count);
  if (row.exchanges !== undefined) expect(all.count(TOKEN_PATH)).toBe(row.exchanges);
  const played = (did: string) => ({ call: "complete", did, requests: requestsOf(all) });
  if (row.code !== undefined) {
    if (!("error" in outcome)) throw new Error("it did not fail");
    expect(outcome.error).toMatchObject({ code: row.code });
    return played(describeFailure(outcome.error));
  }
  const { texts } = resultOf(outcome);
  if (row.texts) expect(texts).toEqual(row.texts);
  return played(`texts ${texts.map((text) => JSON.stringify(text.trim())).join(", ")}`);
}

async function playAbort(start: Start): Promise<Played> {
  const all = await start();
  const abort = new AbortController();
  const reason = new Error("enough");
  const reading = (async () => {
    for await (const event of all.copilot.stream(hello, { signal: abort.signal })) {
      if (event.type === "text_delta") abort.abort(reason);
    }
  })();
  const outcome = await outcomeOf(all, reading);
  expect(outcome).toEqual({ error: reason });
  await expect.poll(() => all.simulator.requests.at(-1)?.aborted).toBe(true);
  const did = "threw the signal's reason; the service saw that the client had gone";
  return { call: "stream, aborted at the first word", did, requests: requestsOf(all) };
}

async function playKeepAlive(start: Start): Promise<Played> {
  const all = await start();
  const events = all.copilot.stream(hello)[Symbol.asyncIterator]();
  expect((await events.next()).value).toMatchObject({ type: "response_start" });
  const waiting = outcomeOf(all, events.next());
  all.advance(9 * 60_000);
  await new Promise((resolve) => setTimeout(resolve, 250));
  all.advance(2 * 60_000);
  const outcome = await waiting;
  expectFailure(outcome, { code: "timeout", retryable: true });
  const did = "error" in outcome ? describeFailure(outcome.error) : "";
  return { call: "stream, for eleven minutes", did, requests: requestsOf(all) };
}
