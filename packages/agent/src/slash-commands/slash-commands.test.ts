import { readFile } from "node:fs/promises";
import type { ModelInfo } from "@zotpilot/provider/model";
import { describe, expect, test } from "vitest";
import type { CommandContext } from "./command.ts";
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
  model: "model-a",
  models: [{ id: "model-a" }, { id: "model-b" }] as ModelInfo[],
  isBusy: false,
};

function run(line: string, changed: Partial<CommandContext> = {}): unknown {
  const parsed = parseLine(line, slashCommands);
  if (parsed.type !== "command") throw new Error(`${line} is no command`);
  return parsed.command.run(parsed.args, { ...context, ...changed });
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

  test.each(["/clear", "/login", "/logout", "/demo"])("%s waits while an answer comes", (line) => {
    expect(run(line, { isBusy: true })).toMatchObject({ type: "say", level: "warning" });
    expect(run(line)).not.toMatchObject({ type: "say" });
  });

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
