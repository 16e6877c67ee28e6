import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { createSandbox, runCli } from "./support/cli.ts";

/** The file of the only session below a folder. */
async function sessionFile(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const found = names.filter((name) => /sessions[/\\].*\.jsonl$/.test(name));
  expect(found).toHaveLength(1);
  return join(folder, found[0] ?? "");
}

const wires = [
  { model: "gpt-4.1", path: "/chat/completions", list: "messages" },
  { model: "gpt-5.2-codex", path: "/responses", list: "input" },
  { model: "claude-haiku-4.5", path: "/v1/messages", list: "messages" },
] as const;

test.each(wires)(
  "$path: the prompt, rules and tools of the program are the same bytes on the day after, and what was said stands before what is new",
  async ({ model, path, list }) => {
    await using simulator = await createSimulator();
    await using sandbox = await createSandbox({
      COPILOT_GITHUB_TOKEN: simulator.githubToken,
      ZOTPILOT_HOST: simulator.origin,
    });
    await writeFile(join(sandbox.project, "AGENTS.md"), "Be kind to the tests.");
    const first = await runCli(sandbox, ["-m", model, "-p", "read the file notes.txt"]);
    expect(first.code, first.stderr).toBe(0);
    // As if that had been on another day.
    const file = await sessionFile(sandbox.home);
    const text = await readFile(file, "utf8");
    const [header = "", ...lines] = text.split("\n");
    const past = { ...(JSON.parse(header) as object), createdAt: "2020-02-03T12:00:00.000Z" };
    await writeFile(file, [JSON.stringify(past), ...lines].join("\n"));
    for (const prompt of ["and then?", "go on"]) {
      expect(await runCli(sandbox, ["-c", "-p", prompt])).toMatchObject({ code: 0 });
    }
    // Marks of what is to be cached move on, and are no part of it.
    const bytes = (value: unknown): string =>
      JSON.stringify(value, (key, field: unknown) => (key === "cache_control" ? undefined : field));
    const bodies = simulator.requests
      .filter((request) => request.path === path && request.status === 200)
      .map(({ body }) => body as Record<string, unknown>);
    expect(bodies.length).toBeGreaterThanOrEqual(3);
    const today = /Current date: (\d{4}-\d\d-\d\d)/;
    const dates = bodies.map((body) => today.exec(bytes(body))?.[1]);
    expect(dates.slice(-2)).toEqual(["2020-02-03", "2020-02-03"]);
    for (const [index, body] of bodies.entries()) {
      const before = bodies[index - 1];
      expect(bytes(body)).toContain("Be kind to the tests.");
      if (!before) continue;
      // Of the first day only the date is another one here.
      const sameDay = (value: unknown): string => bytes(value).replaceAll(/Current date: [\d-]+/g, "");
      const { [list]: messages, ...rest } = body;
      const { [list]: earlier, ...restBefore } = before;
      expect(sameDay(rest)).toBe(sameDay(restBefore));
      expect(sameDay(messages).startsWith(sameDay(earlier).slice(0, -1))).toBe(true);
    }
  },
);
