import { execFile } from "node:child_process";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { z } from "zod";
import { createAgent, defineTool, openSession } from "../src/index.ts";
import { folder, historyOf } from "./support/session-files.ts";

const child = fileURLToPath(new URL("children/die-in-tool.ts", import.meta.url));

test("S-K3, F-4: a call is on disk before it runs; one that a crash cut off is of unknown outcome, and is not run again", async () => {
  const directory = await folder();
  const mark = join(directory, "mark");
  const program = ["--conditions=@zotpilot/source", child, join(directory, "sessions"), mark];
  const { stdout, signal }: { stdout: string; signal?: string } = await promisify(execFile)(
    process.execPath,
    program,
  ).catch((error: { stdout: string; signal: string }) => error);
  expect(signal).toBe("SIGKILL");
  const { path, ...first } = JSON.parse(stdout) as { path: string };
  expect(first).toEqual({ to: "production", isRecorded: true });
  expect(await readFile(mark, "utf8")).toBe("production\n");

  const deploy = defineTool({
    name: "deploy",
    description: "Deploys.",
    risk: "write",
    input: z.strictObject({ to: z.string() }),
    async run({ to }) {
      await appendFile(mark, `${to} again\n`);
      return "done";
    },
  });
  const simulator = await createSimulator({ answer: answer.text("I shall look first.") });
  const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
  const unknown = "whether it had an effect is unknown";
  for (const model of ["gpt-4.1", "gpt-5.2-codex", "claude-haiku-4.5"]) {
    const session = await openSession(path);
    const agent = createAgent({ provider, model, tools: [deploy], session });
    expect(await agent.prompt("go on"), model).toEqual({ reason: "done" });
    await agent.close();
    const sent = JSON.stringify(simulator.requests.at(-1)?.body);
    expect(sent.split(unknown), model).toHaveLength(3);
  }
  // Answered once and for all in the file, and no call of theirs was run.
  const results = (await historyOf(path)).filter(({ type }) => type === "tool_message");
  expect(results).toMatchObject([
    { message: { callId: "call_1", isError: true } },
    { message: { callId: "call_2", isError: true } },
  ]);
  expect(await readFile(mark, "utf8")).toBe("production\n");
  await simulator.close();
});
