import { answer, type SimulatorOptions } from "@zotpilot/simulator";
import { createSimulator } from "@zotpilot/simulator";
import { describe, test } from "vitest";
import { providerContract, type ContractSituation, type ContractSubject } from "../src/contract/index.ts";
import {
  createAnthropic,
  createCopilot,
  createOllama,
  createOpenAI,
  createOpenAICompatible,
  type ServiceProvider,
} from "../src/index.ts";
import { startService, text } from "./fake-service.ts";
import { startRelay, type Relay } from "./relay.ts";

const WIRES: readonly string[] = ["/chat/completions", "/responses", "/v1/messages"];

/** What the simulator has to play in a situation, besides what a relay does by itself. */
const PLAYED: Readonly<Record<ContractSituation, SimulatorOptions>> = {
  text: { answer: answer.text("It is snowing in Oslo.") },
  tool_call: { answer: answer.toolCalls([{ name: "get_weather", arguments: { city: "Oslo" } }]) },
  hang: { scenarios: ["stall.mid"], answer: answer.text("one two three four five six seven eight") },
  cut: { scenarios: ["cut.mid_text"], answer: answer.text("one two three four five six seven eight") },
  refuse_credential: { scenarios: ["capi.401_always"] },
  limit: { scenarios: ["limit.429_model_overloaded"] },
  fail: { scenarios: ["limit.5xx_always"] },
  redirect: { scenarios: ["redirect.307"] },
};

async function openCopilot(situation: ContractSituation): Promise<ContractSubject> {
  const simulator = await createSimulator(PLAYED[situation]);
  const copilot = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
  const calls = () => simulator.requests.filter(({ path }) => WIRES.includes(path));
  // The refused token is renewed and tried once more; a caller does not see that.
  const refused = () => calls().filter(({ status }) => status === 401).length;
  return {
    provider: copilot,
    model: "gpt-4.1",
    secrets: () => [
      simulator.githubToken,
      ...calls().map(({ headers }) => (headers["authorization"] ?? "").replace("Bearer ", "")),
    ],
    calls: () => calls().length - Math.min(1, refused()),
    abandoned: () => calls().filter(({ aborted }) => aborted).length,
    strayed: () =>
      simulator.requests.filter(({ headers }) => headers["host"] !== new URL(simulator.origin).host).length,
    async close() {
      await simulator.close();
      await copilot.close();
    },
  };
}

/** A service that is relayed to the simulator and wants a key of its own. */
function service(
  make: (options: { baseUrl: string; apiKey: string }) => ServiceProvider,
  prefix: string,
  model: string,
): (situation: ContractSituation) => Promise<ContractSubject> {
  return async (situation) => {
    const elsewhere = await startService({ "*": text("here") });
    const relay: Relay = await startRelay(PLAYED[situation], (_request, response) => {
      if (situation !== "redirect") return false;
      response.writeHead(307, { location: `${elsewhere.origin}/stolen` }).end();
      return true;
    });
    const isRefused = situation === "refuse_credential";
    const key = isRefused ? "sk-CANARY-of-somebody-else" : relay.key;
    const provider = make({ baseUrl: relay.origin + prefix, apiKey: key });
    const calls = () => relay.seen.filter(({ path }) => WIRES.some((wire) => path.endsWith(wire)));
    return {
      provider,
      model,
      secrets: () => [key],
      calls: () => calls().length,
      abandoned: () => relay.simulator.requests.filter(({ aborted }) => aborted).length,
      strayed: () => elsewhere.seen.length,
      async close() {
        await relay.close();
        await provider.close();
      },
    };
  };
}

const PROVIDERS: Readonly<Record<string, (situation: ContractSituation) => Promise<ContractSubject>>> = {
  createCopilot: openCopilot,
  "createOpenAICompatible, chat": service(
    (options) => createOpenAICompatible({ id: "sample", ...options }),
    "/v1",
    "gpt-4.1",
  ),
  createOpenAI: service(createOpenAI, "/v1", "gpt-5.2-codex"),
  createAnthropic: service(createAnthropic, "", "claude-sonnet-4.5"),
  createOllama: service(createOllama, "/v1", "gpt-4.1"),
};

describe.each(Object.entries(PROVIDERS))("%s keeps the contract", (_name, open) => {
  test.each(providerContract(open).map((each) => [each.name, each] as const))("%s", async (_case, each) => {
    await each.run();
  });
});
