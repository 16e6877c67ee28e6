// OpenAI's own SDK over a Copilot subscription: one option, and Copilot's models answer.
//
//   node examples/use-openai-sdk.ts                        with the simulator, no account needed
//   COPILOT_GITHUB_TOKEN=… node examples/use-openai-sdk.ts  with your Copilot subscription
import { createCopilot } from "@zotpilot/provider";
import { createSimulator } from "@zotpilot/simulator";
import OpenAI from "openai";

const token = process.env["COPILOT_GITHUB_TOKEN"];
const simulator = token ? undefined : await createSimulator();
const copilot = createCopilot(
  simulator
    ? { githubToken: () => simulator.githubToken, host: simulator.origin }
    : { githubToken: () => token ?? "" },
);

// `copilot.sdk` holds the address, a placeholder for the key, and the `fetch` that signs.
const openai = new OpenAI(copilot.sdk);

const stream = await openai.chat.completions.create({
  model: "gpt-4.1",
  messages: [{ role: "user", content: "What can you do?" }],
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? "");
  if (chunk.usage)
    console.log(`\n(${chunk.usage.prompt_tokens} tokens in, ${chunk.usage.completion_tokens} out)`);
}
await copilot.close();
await simulator?.close();
