// The AI SDK over a Copilot subscription, with a tool that the model calls.
//
//   node examples/use-ai-sdk.ts                        with the simulator, no account needed
//   COPILOT_GITHUB_TOKEN=… node examples/use-ai-sdk.ts  with your Copilot subscription
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator } from "@zotpilot/simulator";
import { stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const token = process.env["COPILOT_GITHUB_TOKEN"];
const simulator = token
  ? undefined
  : await createSimulator({
      answer: answer.sequence([
        answer.toolCalls([{ name: "weather", arguments: { city: "Oslo" } }]),
        answer.text("It is snowing in Oslo."),
      ]),
    });
const copilot = createCopilot(
  simulator
    ? { githubToken: () => simulator.githubToken, host: simulator.origin }
    : { githubToken: () => token ?? "" },
);

// `copilot.sdk` holds the address, a placeholder for the key, and the `fetch` that signs.
const provider = createOpenAICompatible({ name: "copilot", ...copilot.sdk });

const { textStream, toolCalls } = streamText({
  model: provider("gpt-4.1"),
  prompt: "What is the weather in Oslo?",
  stopWhen: stepCountIs(3),
  tools: {
    weather: tool({
      description: "Tells the weather in a city.",
      inputSchema: z.object({ city: z.string() }),
      execute: ({ city }) => {
        console.log(`(asked for the weather in ${city})`);
        return Promise.resolve("snow, -4 °C");
      },
    }),
  },
});
for await (const text of textStream) process.stdout.write(text);
await toolCalls;
console.log();
await copilot.close();
await simulator?.close();
