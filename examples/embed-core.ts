// An agent in a program of your own: any model, your own tools, no terminal.
//
//   node examples/embed-core.ts                        with the simulator, no account needed
//   COPILOT_GITHUB_TOKEN=… node examples/embed-core.ts  with your Copilot subscription
import { createAgent, defineTool } from "@zotpilot/core";
import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator } from "@zotpilot/simulator";
import { z } from "zod";

const rollDice = defineTool({
  name: "roll_dice",
  description: "Rolls dice and returns what they show.",
  risk: "read",
  input: z.strictObject({ count: z.int().min(1).max(10) }),
  run: async ({ count }) => Array.from({ length: count }, () => 1 + Math.floor(Math.random() * 6)).join(" "),
});

const token = process.env["COPILOT_GITHUB_TOKEN"];
// Without an account a scripted model plays its part: first it calls the tool, then it answers.
const script = [
  answer.toolCalls([{ name: "roll_dice", arguments: { count: 2 } }], { text: "Rolling. " }),
  answer.text("There you are."),
];
const simulator = token ? undefined : await createSimulator({ answer: answer.sequence(script) });
const provider = simulator
  ? createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin })
  : createCopilot({ githubToken: () => token ?? "" });

const agent = createAgent({ provider, model: "gpt-4.1", tools: [rollDice] });
agent.subscribe((event) => {
  if (event.type === "text_delta") process.stdout.write(event.text);
  if (event.type === "tool_message") console.log(`\n[${event.message.name}]`, event.message.content);
});
const result = await agent.prompt("Roll two dice.");
console.log(`\n${result.error?.message ?? result.reason}`);
if (result.reason === "error") process.exitCode = 1;
await agent.close();
await simulator?.close();
