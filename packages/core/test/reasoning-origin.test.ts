import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator, type Simulator } from "@zotpilot/simulator";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createAgent, createSession, defineTool, openSession } from "../src/index.ts";
import { folder } from "./support/session-files.ts";

// What a service seals belongs to one model, on one endpoint, for one account. A conversation goes from place to place,
// each time from its file, and the strict service hears of no other place's handles.

type Change = "model" | "account" | "endpoint";
const changes: readonly Change[] = ["model", "account", "endpoint"];
const orders = changes.flatMap((first) =>
  changes.flatMap((second) => changes.map((third) => [first, second, third])),
);

/** Two models for each endpoint that a conversation can begin on. */
const starts = [
  ["/chat/completions", "gemini-3-pro-preview", "gpt-4.1"],
  ["/responses", "gpt-5.2-codex", "gpt-5-mini"],
  ["/v1/messages", "claude-haiku-4.5", "claude-sonnet-4.5"],
] as const;
const endpoints: readonly string[] = starts.map(([endpoint]) => endpoint);

/** Ids and sealed values of the simulator, wherever they stand: base64 of what it puts before them. */
const handles = /(?:YW4gaWQgb2YgdGhlIHNpbXVsYXRvcj|c2VhbGVkIGJ5IHRoZSBzaW11bGF0b3I)[A-Za-z0-9+/=]+/g;

const note = defineTool({
  name: "note",
  description: "Notes a text.",
  risk: "read",
  input: z.strictObject({ text: z.string() }),
  run: async ({ text }) => text,
});

/** Thinks before each answer, and calls a tool before the last one of a prompt. */
async function thinkingService(): Promise<Simulator> {
  const simulator = await createSimulator({
    tokenLifetimeSeconds: 1e6,
    refreshInSeconds: 1e6,
    answer: ({ endpoint, messages, number }) => {
      // The other endpoints seal what was thought by themselves.
      const sealed = Buffer.from(`sealed by the simulator: ${number}`).toString("base64");
      const opaque = endpoint === "/chat/completions" ? [sealed] : [];
      const then =
        messages.at(-1)?.role === "user"
          ? answer.toolCalls([{ name: "note", arguments: { text: `${number}` } }])
          : answer.text("Noted.");
      return answer.reasoning(`Thought ${number}.`, then, ...opaque);
    },
  });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** A conversation that is opened anew for each prompt. */
async function journey(models: readonly [string, string]) {
  const simulator = await thinkingService();
  const account = () => {
    const client = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
    // Claude thinks when it is asked to.
    const stream: typeof client.stream = (request, options) =>
      client.stream({ ...request, reasoningEffort: "low", maxOutputTokens: 9000 }, options);
    return { ...client, stream };
  };
  const accounts = [account(), account()] as const;
  onTestFinished(async () => void (await Promise.all(accounts.map((each) => each.close()))));
  const session = createSession({ directory: await folder(), cwd: "/project" });
  const at = { model: 0, account: 0 };
  /** The place that each handle was first seen at. */
  const homes = new Map<string, string>();
  let endpoint = "";
  let fromBefore = 0;

  async function prompt(text: string): Promise<void> {
    const provider = accounts[at.account as 0 | 1];
    await provider.listModels();
    const before = simulator.requests.length;
    const opened = endpoint === "" ? session : await openSession(session.path);
    expect(opened.warnings).toEqual([]);
    const known = new Set(homes.keys());
    const model = models[at.model as 0 | 1];
    const agent = createAgent({ provider, model, tools: [note], session: opened });
    const sealed: string[][] = [];
    agent.subscribe((event) => {
      if (event.type !== "assistant_message") return;
      const thoughts = event.message.content.filter((part) => part.type === "reasoning");
      sealed.push(thoughts.flatMap(({ opaque = "" }) => opaque.match(handles) ?? []));
    });
    expect(await agent.prompt(text)).toEqual({ reason: "done" });
    await agent.close();

    const requests = simulator.requests.slice(before).filter(({ path }) => endpoints.includes(path));
    expect(requests.map(({ status }) => status)).toEqual([200, 200]);
    endpoint = requests[0]?.path ?? "";
    const place = `${model} ${endpoint} ${at.account}`;
    for (const handle of sealed.flat()) homes.set(handle, place);
    const sent = requests.map(({ body }) => JSON.stringify(body).match(handles) ?? []);
    for (const handle of sent.flat()) expect(homes.get(handle), `sent from ${place}`).toBe(place);
    // What the first answer sealed goes back with the results of its calls.
    expect(sent[1]).toEqual(expect.arrayContaining(sealed[0] ?? []));
    fromBefore = (sent[0] ?? []).filter((handle) => known.has(handle)).length;
  }

  return {
    prompt,
    change(what: Change): void {
      if (what === "endpoint") {
        simulator.use(
          endpoint === "/chat/completions" ? "models.responses_only" : "models.no_supported_endpoints",
        );
      } else at[what] = 1 - at[what];
    },
    get endpoint() {
      return endpoint;
    },
    get handles() {
      return homes.size;
    },
    /** How many handles of earlier prompts the last prompt's first request had. */
    get fromBefore() {
      return fromBefore;
    },
  };
}

for (const [endpoint, ...models] of starts) {
  test(`begun on ${endpoint}, resumed across model, account and endpoint in 27 orders: no request carries a foreign handle`, async () => {
    for (const order of orders) {
      const travel = await journey(models);
      await travel.prompt("begin");
      expect([travel.endpoint, travel.handles > 0]).toEqual([endpoint, true]);
      for (const what of order) {
        travel.change(what);
        await travel.prompt(`another ${what}`);
      }
    }
  });

  test(`begun on ${endpoint}, resumed at the same place: what was sealed goes back, also after a detour`, async () => {
    const travel = await journey(models);
    await travel.prompt("begin");
    expect(travel.endpoint).toBe(endpoint);
    await travel.prompt("resumed");
    const own = travel.fromBefore;
    expect(own).toBeGreaterThan(0);
    travel.change("model");
    await travel.prompt("elsewhere");
    expect(travel.fromBefore).toBe(0);
    travel.change("model");
    await travel.prompt("back again");
    expect(travel.fromBefore).toBeGreaterThan(own);
  });
}
