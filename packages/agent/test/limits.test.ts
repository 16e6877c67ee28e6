import { answer, createSimulator, type SimulatorOptions } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { accountOf, createSandbox, runCli } from "./support/cli.ts";

/** A model that never comes to an end by itself, unless told otherwise, and an account for it. */
async function start(options: SimulatorOptions = {}) {
  const simulator = await createSimulator({
    answer: () => answer.toolCalls([{ name: "glob", arguments: { pattern: "*" } }]),
    ...options,
  });
  const sandbox = await createSandbox(accountOf(simulator));
  return {
    simulator,
    sandbox,
    asked: () =>
      simulator.requests.filter(({ path }) => /^\/(chat\/completions|responses)$/.test(path)).length,
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await simulator.close();
    },
  };
}

test("each budget ends the run before the call too many, with exit code 3 and a sentence, in every mode", async () => {
  const budgets: [flags: string[], asked: number, sentence: RegExp][] = [
    [["--max-steps", "2"], 2, /max steps \(2\) exceeded/],
    [["--max-requests", "3"], 3, /the limit of 3 model requests is reached/],
    // On this wire the service says what a call costs: about 0.2 each here.
    [
      ["--max-credits", "0.3", "-m", "gpt-5.2-codex"],
      1,
      /the limit of 0\.3 AI credits is reached: 0\.\d+ are/,
    ],
  ];
  for (const [flags, asked, sentence] of budgets) {
    const [flag] = flags;
    await using set = await start();
    const printed = await runCli(set.sandbox, [...flags, "-p", "go"]);
    expect(printed, flag).toMatchObject({ code: 3, stderr: expect.stringMatching(sentence) });
    expect(set.asked(), flag).toBe(asked);

    await using json = await start();
    const told = await runCli(json.sandbox, [...flags, "--json", "go"]);
    expect(told.code, flag).toBe(3);
    const lines = told.stdout.trimEnd().split("\n");
    expect(JSON.parse(lines.at(-2) ?? "")).toEqual({
      type: "error",
      message: expect.stringMatching(sentence),
    });
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({ type: "done" });

    await using rpc = await start();
    const prompts = '{"type":"prompt","message":"go"}\n{"type":"get_state","id":"s"}\n';
    const served = await runCli(rpc.sandbox, ["rpc", ...flags], prompts);
    expect(served.code, flag).toBe(0);
    expect(served.stdout).toMatch(sentence);
    expect(rpc.asked(), flag).toBe(asked);
  }
});

test("what a prompt counts as a premium request is told, by the list of models, and kept", async () => {
  await using set = await start({ answer: answer.text("Fine.") });
  const usage = async (flags: string[]) => {
    const { stdout } = await runCli(set.sandbox, [...flags, "--json", "go"]);
    const lines = stdout.trimEnd().split("\n");
    return lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find(({ type }) => type === "usage");
  };
  const told = { premium_requests: 0.33, cumulative: { premium_requests: 0.33 } };
  expect(await usage(["-m", "claude-haiku-4.5"])).toMatchObject(told);
  expect(await usage(["-c"])).toMatchObject({ ...told, cumulative: { premium_requests: 0.66 } });
  expect(await usage(["-m", "gpt-4.1"])).toMatchObject({ premium_requests: 0 });
});

test("F-27: an answer that was cut is told in every mode", async () => {
  for (const [scenario, sentence] of [
    ["chat.length", "The answer ends here: the model's limit for one answer was reached."],
    ["chat.content_filter", "The answer ends here: the service's content filter stopped it."],
  ] as const) {
    await using set = await start({ answer: answer.text("One two three four five."), scenarios: [scenario] });
    expect((await runCli(set.sandbox, ["-p", "go"])).stderr).toContain(sentence);
    const frame = JSON.stringify({ type: "notice", level: "warning", message: sentence });
    expect((await runCli(set.sandbox, ["--json", "go"])).stdout).toContain(frame);
    const served = await runCli(set.sandbox, ["rpc"], '{"type":"prompt","message":"go"}\n');
    expect(served.stdout).toContain(frame);
  }
});

test("a prompt that takes 500 tool calls has reached a limit as well", async () => {
  const many = Array.from({ length: 64 }, (_, index) => ({
    name: "glob",
    arguments: { pattern: `${index}` },
  }));
  await using set = await start({ answer: answer.toolCalls(many) });
  const result = await runCli(set.sandbox, ["-p", "go"]);
  expect(result).toMatchObject({ code: 3, stderr: expect.stringMatching(/stopped after 512 tool calls/) });
  expect(set.asked()).toBe(8);
});

test("a conversation that a budget has ended goes on later", async () => {
  await using set = await start();
  expect(await runCli(set.sandbox, ["--max-requests", "1", "-p", "remember the word lantern"])).toMatchObject(
    { code: 3 },
  );
  set.simulator.answerWith(answer.text("It was lantern."));
  const later = await runCli(set.sandbox, ["-c", "-p", "what was the word?"]);
  expect(later).toMatchObject({ code: 0, stdout: "It was lantern.\n" });
  const last = set.simulator.requests.findLast(({ path }) => path === "/chat/completions");
  const { messages } = (last?.body ?? {}) as { messages: { role: string }[] };
  expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "tool", "user"]);
  expect(JSON.stringify(messages)).toContain("lantern");
});

test("a try again is told in every mode, and there are not many of them", async () => {
  for (const mode of ["print", "json", "rpc"] as const) {
    await using set = await start({ answer: answer.text("Fine."), scenarios: ["limit.429_short"] });
    const prompt = '{"type":"prompt","message":"go"}\n';
    const args = { print: ["-p", "go"], json: ["--json", "go"], rpc: ["rpc"] }[mode];
    const { code, stdout, stderr } = await runCli(set.sandbox, args, mode === "rpc" ? prompt : "");
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("Fine.");
    expect(set.asked()).toBe(2);
    if (mode === "print") expect(stderr).toMatch(/Trying again in \d+ s\./);
    else {
      const lines = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { type: string });
      expect(lines.filter(({ type }) => type === "retry")).toEqual([
        { type: "retry", attempt: 1, delay_ms: expect.any(Number), message: expect.any(String) },
      ]);
    }
  }
});
