// Runs a conversation whose tool marks a file, says whether its call is in the session by then, and kills this process.
// Arguments: the folder for the session, the file to mark.
import { appendFileSync, readFileSync, writeSync } from "node:fs";
import { z } from "zod";
import { createAgent, createSession, defineTool } from "../../src/index.ts";
import { call, scripted } from "../support/scripted.ts";

const [folder = "", mark = ""] = process.argv.slice(2);
const session = createSession({ directory: folder, cwd: "/project" });
const deploy = defineTool({
  name: "deploy",
  description: "Deploys.",
  risk: "write",
  input: z.strictObject({ to: z.string() }),
  async run({ to }) {
    const isRecorded = readFileSync(session.path, "utf8").includes(`"arguments":"{\\"to\\":\\"${to}\\"}"`);
    writeSync(1, `${JSON.stringify({ to, isRecorded, path: session.path })}\n`);
    appendFileSync(mark, `${to}\n`);
    process.kill(process.pid, "SIGKILL");
    return "never";
  },
});
const agent = createAgent({
  provider: scripted(
    call(
      { id: "call_1", name: "deploy", arguments: { to: "production" } },
      { id: "call_2", name: "deploy", arguments: { to: "staging" } },
    ),
  ),
  model: "model-a",
  tools: [deploy],
  session,
});
await agent.prompt("deploy");
