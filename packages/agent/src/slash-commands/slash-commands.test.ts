import { readFile } from "node:fs/promises";
import { costOf } from "@zotpilot/core";
import { emptyUsage, type ModelInfo } from "@zotpilot/provider/model";
import { describe, expect, test } from "vitest";
import { guardSentences } from "../runtime/guards.ts";
import { runCommand, type CommandContext } from "./command.ts";
import { slashCommands } from "./index.ts";
import { parseLine, suggestCommands } from "./parse.ts";

const context: CommandContext = {
  connection: {
    type: "signed_in",
    host: "github.com",
    source: "store",
    place: "octocat@github.com",
    login: "octocat",
    id: "octocat@github.com",
  },
  transcript: { usage: emptyUsage(), unmeasured: 0 },
  model: "model-a",
  models: [{ id: "model-a" }, { id: "model-b" }] as ModelInfo[],
  cwd: "/project",
  guards: guardSentences({ yes: false, confined: false, sandboxed: false }),
};

function run(line: string, changed: Partial<CommandContext> = {}, isBusy = false): unknown {
  const parsed = parseLine(line, slashCommands);
  if (parsed.type !== "command") throw new Error(`${line} is no command`);
  return runCommand(parsed.command, parsed.args, { ...context, ...changed }, isBusy);
}

describe("parseLine", () => {
  test.each([
    ["/help", "help", ""],
    ["/model  model-b ", "model", "model-b"],
    ["/quit", "exit", ""],
    ["/new", "clear", ""],
  ])("%s is a command", (line, name, args) => {
    expect(parseLine(line, slashCommands)).toMatchObject({ type: "command", command: { name }, args });
  });

  test.each(["/etc/hosts", "/usr", "/a|b/", "/Help", " /help", "what is /help", "/", "//"])(
    "%j is for the model, or unknown by name",
    (line) => expect(parseLine(line, slashCommands).type).not.toBe("command"),
  );

  test("a path goes to the model as it is", () => {
    expect(parseLine("/etc/hosts please", slashCommands)).toEqual({
      type: "prompt",
      text: "/etc/hosts please",
    });
  });
});

test("suggestions go by the beginning of the name, and end with it", () => {
  const names = (text: string): string[] => suggestCommands(text, slashCommands).map(({ name }) => name);
  expect(names("/")).toEqual(slashCommands.map(({ name }) => name));
  expect(names("/lo")).toEqual(["login", "logout"]);
  expect(names("/login ")).toEqual([]);
  expect(names("say /lo")).toEqual([]);
});

test("no two commands answer to one name", () => {
  const names = slashCommands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
});

test("the README lists them all, in the same words", async () => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const rows = [...readme.matchAll(/^\| `\/([a-z]+)(?: (\S+))?` +\| (.*?) +\|$/gm)];
  expect(
    rows.map(([, name, usage, summary]) => ({ name, usage, summary: summary?.replaceAll("`", "") })),
  ).toEqual(slashCommands.map(({ name, usage, summary }) => ({ name, usage, summary })));
});

test("help names every command", () => {
  const { text } = run("/help") as { text: string };
  for (const { name } of slashCommands) expect(text).toContain(`/${name}`);
});

describe("what commands want done", () => {
  test("model: a list, a change, or what was meant", () => {
    expect(run("/model")).toEqual({ type: "choose_model" });
    expect(run("/model model-b")).toEqual({ type: "set_model", model: "model-b" });
    expect(run("/model model-a")).toMatchObject({ type: "say", level: "info" });
    expect(run("/model mode-b")).toMatchObject({ level: "error", text: expect.stringContaining("model-b") });
    expect(run("/model", { connection: { type: "signed_out", host: "github.com" } })).toMatchObject({
      level: "warning",
    });
  });

  test.each([
    ["/clear", "clearing"],
    ["/compact", "compacting"],
    ["/undo", "undoing"],
    ["/login", "signing in"],
    ["/logout", "signing out"],
    ["/demo", "changing to the demo"],
  ])("%s waits while an answer comes", (line, what) => {
    expect(run(line, {}, true)).toEqual({
      type: "say",
      level: "warning",
      text: `Wait for the answer, or stop it with Esc, before ${what}.`,
    });
    expect(run(line)).not.toMatchObject({ type: "say" });
  });

  test.each(["/help", "/model model-b", "/steer left", "/cost", "/status", "/name it", "/export", "/exit"])(
    "%s does not wait",
    (line) => expect(run(line, {}, true)).toEqual(run(line)),
  );

  test("logout cannot take a token out of the environment, and says so", () => {
    const connection = {
      type: "signed_in",
      host: "github.com",
      source: "environment",
      place: "COPILOT_GITHUB_TOKEN",
    } as const;
    expect(run("/logout", { connection })).toMatchObject({
      type: "say",
      text: expect.stringContaining("COPILOT_GITHUB_TOKEN"),
    });
  });
});

describe("/cost", () => {
  const usage = { inputTokens: 1200, cachedInputTokens: 1000, outputTokens: 30, reasoningTokens: 12 };

  test("tells what was used by the conversation and by the last call", () => {
    const spent = { ...usage, nanoAiu: 2_500_000_000 };
    const call = { ...usage, nanoAiu: 3_000_000 };
    const used = {
      transcript: { usage: spent, unmeasured: 0 },
      lastCall: { usage: call, cost: costOf(call) },
    };
    const tokens = "1200 tokens sent (1000 of them cached), 30 answered (12 of them reasoning)";
    expect(run("/cost", used)).toMatchObject({
      text: [
        `this conversation: ${tokens}; 2.50 credits`,
        `the last call: ${tokens}; <0.01 credits`,
        "what is left is not known: no answer has told it yet",
      ].join("\n"),
    });
  });

  test("what nobody knows is not made up, and said with its reason", () => {
    expect(run("/cost")).toMatchObject({ text: expect.stringMatching(/^No answer in this conversation/) });
    const unknown = { transcript: { usage, unmeasured: 1 }, lastCall: { usage: null, cost: costOf(null) } };
    const { text } = run("/cost", unknown) as { text: string };
    expect(text).toContain("30 answered (12 of them reasoning); cost unknown: the service did not say");
    expect(text).toContain("the last call: the service did not say how many tokens; cost unknown: ");
    const partly = { transcript: { usage: { ...usage, nanoAiu: 1e9 }, unmeasured: 2 } };
    expect(run("/cost", partly)).toMatchObject({
      text: expect.stringContaining("1.00 credit at least: 2 calls"),
    });
    const premium = { transcript: { usage, unmeasured: 1, premiumRequests: 0.66 } };
    expect(run("/cost", premium)).toMatchObject({
      text: expect.stringContaining(
        "did not say what it costs; on plans that count them, 0.66 premium requests",
      ),
    });
  });

  test("lists what is left of each allowance and window", () => {
    const quota = {
      quotas: [
        { name: "chat", unlimited: true, overagePermitted: false, overage: 0 },
        {
          name: "premium_interactions",
          unlimited: false,
          entitlement: 300,
          remaining: 42,
          percentRemaining: 14,
          overagePermitted: false,
          overage: 0,
          resetsAt: "2026-12-01",
        },
        { name: "completions", unlimited: false, overagePermitted: false, overage: 0 },
      ],
      windows: [{ name: "session", percentRemaining: 80.4 }],
    };
    const { text } = run("/cost", { quota }) as { text: string };
    expect(text.split("\n").slice(1)).toEqual([
      "chat: unlimited",
      "premium interactions: 42 of 300 left, starts anew 2026-12-01",
      "completions: not told",
      "session: 80 % left",
    ]);
  });
});

describe("S-G7: /status", () => {
  test("says who is signed in, where, and that commands are not confined", () => {
    const text = JSON.stringify(run("/status"));
    for (const part of ["octocat on github.com", "model-a", "/project", "commands: are not confined"]) {
      expect(text).toContain(part);
    }
  });

  test("says what confines, where something does", () => {
    const guards = guardSentences({ yes: true, confined: true, sandboxed: true });
    const text = JSON.stringify(run("/status", { guards }));
    expect(text).toContain("run in the system's sandbox");
    expect(text).toContain("stay in this folder");
    expect(text).toContain("all are permitted (--yes)");
    expect(text).not.toContain("not confined");
  });
});
