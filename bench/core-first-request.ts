// The size of the first request of a session: system prompt, tools and a short prompt, as it goes over each wire.
//
//   node --conditions=@zotpilot/source bench/core-first-request.ts
import { createAgent, skillTool, systemPrompt } from "@zotpilot/core";
import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator } from "@zotpilot/simulator";
import { codingTools } from "@zotpilot/tools";

const simulator = await createSimulator({ answer: answer.text("Hello.") });
const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
const system = systemPrompt({ cwd: "/home/user/project", date: "2026-01-02" });
console.log(`system prompt: ${Buffer.byteLength(system)} bytes`);
for (const model of ["gpt-4.1", "gpt-5.2-codex", "claude-haiku-4.5"]) {
  const agent = createAgent({ provider, model, tools: [...codingTools(), skillTool([])], system });
  const { reason } = await agent.prompt("Hello");
  const request = simulator.requests.findLast(
    ({ method, path }) => method === "POST" && !path.includes("token"),
  );
  const bytes = Buffer.byteLength(JSON.stringify(request?.body));
  console.log(`${(request?.path ?? "").padEnd(20)} ${bytes} bytes (${reason}; the limit is 6144)`);
}
await simulator.close();
