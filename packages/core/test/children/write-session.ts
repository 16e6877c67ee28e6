// Writes a conversation of tool turns into a session until it is killed. Argument: the file of the session to go on
// with, or the folder to start one in. Prints each durable event's number once it is kept.
import { statSync } from "node:fs";
import { z } from "zod";
import { createAgent, createSession, defineTool, openSession } from "../../src/index.ts";
import { call, say, scripted } from "../support/scripted.ts";

const target = process.argv[2] ?? "";
const session = statSync(target).isDirectory()
  ? createSession({ directory: target, cwd: "/project" })
  : await openSession(target);

const work = defineTool({
  name: "work",
  description: "Works.",
  risk: "read",
  input: z.object({ text: z.string() }),
  run: async ({ text }) => text,
});

for (let round = 0; ; round += 1) {
  const calls = Array.from({ length: 3 }, (_, index) => ({
    id: `${process.pid}-${round}-${index}`,
    name: "work",
    arguments: { text: "ü".repeat(200 * index) },
  }));
  const agent = createAgent({
    provider: scripted(call(...calls), say(`answer ${round}`)),
    model: "model-a",
    tools: [work],
    session,
  });
  agent.subscribe((event) => {
    if ("message" in event) process.stdout.write(`${JSON.stringify(event.message)}\n`);
  });
  await agent.prompt(`prompt ${round}`);
}
