// Copilot's models in a program of your own: the provider package alone.
//
//   node examples/use-provider.ts                        with the simulator, no account needed
//   COPILOT_GITHUB_TOKEN=… node examples/use-provider.ts  with your Copilot subscription
import { createCopilot } from "@zotpilot/provider";
import { createSimulator } from "@zotpilot/simulator";

const token = process.env["COPILOT_GITHUB_TOKEN"];
const simulator = token ? undefined : await createSimulator();
const copilot = createCopilot(
  simulator
    ? { githubToken: () => simulator.githubToken, host: simulator.origin }
    : { githubToken: () => token ?? "" },
);

const models = await copilot.listModels();
const model = models.find((candidate) => candidate.isDefault) ?? models[0];
if (!model) throw new Error("this account has no models");
console.log(`asking ${model.name}`);

const request = {
  model: model.id,
  messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "What can you do?" }] }],
};
for await (const event of copilot.stream(request)) {
  if (event.type === "text_delta") process.stdout.write(event.text);
  if (event.type === "usage")
    console.log(`\n(${event.usage.inputTokens} tokens in, ${event.usage.outputTokens} out)`);
}
await simulator?.close();
