import { answer } from "@zotpilot/simulator";
import { expect } from "vitest";
import { collectCompletion, collectMessage, textOf, type CopilotOptions } from "../../src/index.ts";
import { TOKEN_PATH, CHAT_PATH } from "../fake-service.ts";
import { hello, simulated, type Simulated } from "../simulated.ts";
import { COMPLETIONS } from "./completion-rows.ts";
import { describeFailure, describeMessage, expectFailure, outcomeOf, resultOf } from "./outcome.ts";
import { MODELS, SAID, streamRow, type Row } from "./stream-rows.ts";
import { continued, requestFor, startWire } from "./wire-requests.ts";
import { WIRES } from "./wire-rows.ts";

/** What was done in a scenario, and what came of it, in words. */
export interface Played {
  call: string;
  did: string;
  requests: string;
}

type WhenDone = (clean: () => Promise<void>) => void;
/** Told of every client, so that what was sent can be looked at afterwards. */
type Watch = (all: Simulated) => void;

/** Plays one scenario and compares what comes of it with its row. Throws when it is something else. */
export function playScenario(name: string, whenDone: WhenDone, watch: Watch): Promise<Played> {
  const start = async (copilotOptions: Partial<CopilotOptions> = {}) => {
    const all = await simulated({ answer: answer.text(SAID), scenarios: [name] }, copilotOptions, whenDone);
    watch(all);
    return all;
  };
  if (name in WIRES) return playWire(name, whenDone, watch);
  if (name in MODELS) return playModels(name, start);
  if (name.startsWith("fim.")) return playCompletion(name, start);
  if (name.startsWith("embeddings.")) return playEmbeddings(name, start);
  if (name.startsWith("user.")) return playUser(name, start);
  if (name === "abort") return playAbort(start);
  if (name === "stall.keepalive_only") return playKeepAlive(start);
  return playStream(name, start);
}

type Start = (options?: Partial<CopilotOptions>) => Promise<Simulated>;

function requestsOf({ simulator }: Simulated): string {
  const counts = new Map<string, number>();
  for (const { path } of simulator.requests) counts.set(path, (counts.get(path) ?? 0) + 1);
  const short = (path: string) =>
    path === TOKEN_PATH
      ? "exchange"
      : path.replace("/copilot_internal/", "").replace(/^\/v1\/engines\/.*\//, "");
  return [...counts].map(([path, count]) => `${count} ${short(path).replace(/^\//, "")}`).join(", ");
}

function checkCounts(row: Row, { count }: Simulated): void {
  if (row.exchanges !== undefined) expect(count(TOKEN_PATH), "exchanges").toBe(row.exchanges);
  if (row.chats !== undefined) expect(count(CHAT_PATH), "chat requests").toBe(row.chats);
}

async function playStream(name: string, start: Start): Promise<Played> {
  const row = streamRow(name);
  if (!row) throw new Error("there is no row for it");
  const isSilent = name === "exchange.hang" || name.startsWith("stall");
  const isDirect = name === "ghe.exchange_404_direct_ok";
  const all = await start({
    ...(isSilent && { timeouts: { firstByteMs: 1500, idleMs: 1500 } }),
    ...(isDirect && { tokenKind: "direct" as const }),
  });
  const { copilot } = all;
  const outcome = await outcomeOf(all, collectMessage(copilot.stream({ ...hello, ...row.asks })));
  checkCounts(row, all);
  const call = isDirect ? "stream, token sent directly" : "stream";
  const requests = requestsOf(all);
  if (row.fails) {
    expectFailure(outcome, row.fails);
    return { call, did: "error" in outcome ? describeFailure(outcome.error) : "", requests };
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
  return { call, did: describeMessage(result), requests };
}

async function playWire(name: string, whenDone: WhenDone, watch: Watch): Promise<Played> {
  const row = WIRES[name] ?? {};
  const all = await startWire(name, whenDone);
  watch(all);
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
  // Scenarios without a row of their own are about what goes back, in wire-scenarios.test.ts.
  if (Object.keys(row).length > 0) {
    expect(textOf(result.message)).toBe(row.text ?? "");
    expect(thoughts.map(({ text }) => text).join("")).toBe(row.thoughts ?? "");
    expect(thoughts.map(({ opaque }) => opaque ?? "").join("")).toBe(row.state ?? "");
    const calls = content.flatMap((part) =>
      part.type === "tool_call" ? [[part.name, JSON.parse(part.arguments) as unknown]] : [],
    );
    expect(calls).toEqual(row.calls ?? []);
    expect(result.finishReason).toBe(row.finish ?? (row.calls ? "tool_calls" : "end"));
  }
  const did = describeMessage(result);
  if (row.finish !== undefined) return { call: "stream", did, requests: requestsOf(all) };
  // What came is taken when it goes back.
  const next = await outcomeOf(all, collectMessage(all.copilot.stream(continued(request, result.message))));
  const then = describeMessage(resultOf(next));
  return { call: "stream, twice", did: `${did}; then ${then}`, requests: requestsOf(all) };
}

async function playModels(name: string, start: Start): Promise<Played> {
  const row = MODELS[name] ?? {};
  const all = await start();
  const outcome = await outcomeOf(all, all.copilot.listModels());
  if (row.requests !== undefined) expect(all.count("/models")).toBe(row.requests);
  const played = (did: string) => ({ call: "listModels", did, requests: requestsOf(all) });
  if (row.fails) {
    expectFailure(outcome, row.fails);
    return played("error" in outcome ? describeFailure(outcome.error) : "");
  }
  const models = resultOf(outcome);
  expect(models.map(({ id }) => id)).toContain(hello.model);
  return played(`${models.length} models`);
}

async function playCompletion(name: string, start: Start): Promise<Played> {
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

async function playEmbeddings(name: string, start: Start): Promise<Played> {
  const all = await start();
  const many = Array.from({ length: name === "embeddings.too_many" ? 40 : 3 }, (_, index) => `text ${index}`);
  const input = name === "embeddings.single_string" ? "alone" : many;
  const outcome = await outcomeOf(all, all.copilot.embeddings(input, { dimensions: 8 }));
  const { embeddings } = resultOf(outcome);
  expect(embeddings).toHaveLength(typeof input === "string" ? 1 : input.length);
  return { call: "embeddings", did: `${embeddings.length} vectors`, requests: requestsOf(all) };
}

async function playUser(name: string, start: Start): Promise<Played> {
  const all = await start();
  const outcome = await outcomeOf(all, all.copilot.user());
  const played = (did: string) => ({ call: "user", did, requests: requestsOf(all) });
  if (name === "user.404") {
    expectFailure(outcome, { code: "bad_request", retryable: false });
    return played("error" in outcome ? describeFailure(outcome.error) : "");
  }
  const { plan, quotas } = resultOf(outcome);
  expect(plan).toBe(name === "user.free" ? "free" : "individual");
  return played(`plan ${plan}, allowances ${quotas.map((quota) => quota.name).join(", ")}`);
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
