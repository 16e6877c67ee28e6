// An agent in a program of your own: any model, your own tools, no terminal.
//
//   node examples/embed-core.ts
import { createAgent, defineTool } from "@zotpilot/core";
import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator } from "@zotpilot/simulator";
import { z } from "zod";

const rollDice = defineTool({
  name: "roll_dice",
  description: "Rolls dice and returns what they show.",
  input: z.strictObject({ count: z.int().min(1).max(10) }),
  run: ({ count }) => Array.from({ length: count }, () => 1 + Math.floor(Math.random() * 6)).join(" "),
});

// No account is needed here: the simulator plays the service, and a script the model.
const call = answer.toolCalls([{ name: "roll_dice", arguments: { count: 2 } }]);
const simulator = await createSimulator({ answer: answer.sequence([call, answer.text("There you are.")]) });
// With a subscription of your own: createCopilot({ githubToken: async () => "gho_…" })
const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });

const agent = createAgent({ provider, model: "gpt-4.1", tools: [rollDice] });
agent.subscribe((event) => {
  if (event.type === "text_delta") process.stdout.write(event.text);
  if (event.type === "tool_message") console.log(event.message.name, event.message.content);
});
console.log("\nended:", await agent.prompt("Roll two dice."));
await simulator.close();
