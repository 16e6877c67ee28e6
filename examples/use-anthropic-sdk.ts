// Anthropic's own SDK over a Copilot subscription: one option, and Copilot's Claude models answer.
//
//   node examples/use-anthropic-sdk.ts                        with the simulator, no account needed
//   COPILOT_GITHUB_TOKEN=… node examples/use-anthropic-sdk.ts  with your Copilot subscription
import Anthropic from "@anthropic-ai/sdk";
import { createCopilot } from "@zotpilot/provider";
import { createSimulator } from "@zotpilot/simulator";

const token = process.env["COPILOT_GITHUB_TOKEN"];
const simulator = token ? undefined : await createSimulator();
const copilot = createCopilot(
  simulator
    ? { githubToken: () => simulator.githubToken, host: simulator.origin }
    : { githubToken: () => token ?? "" },
);

// A model that answers on Anthropic's own wire; `copilot.sdk` holds the address and the `fetch` that signs.
const models = await copilot.listModels();
const model = models.find(
  ({ endpoints, policy }) => endpoints.includes("/v1/messages") && policy === "enabled",
);
if (!model) throw new Error("this account is offered no model for the Anthropic SDK");
const anthropic = new Anthropic(copilot.sdk);

const stream = anthropic.messages.stream({
  model: model.id,
  max_tokens: 1000,
  messages: [{ role: "user", content: "What can you do?" }],
});
stream.on("text", (text) => process.stdout.write(text));
const { usage } = await stream.finalMessage();
console.log(`\n(${usage.input_tokens} tokens in, ${usage.output_tokens} out)`);
await copilot.close();
await simulator?.close();
