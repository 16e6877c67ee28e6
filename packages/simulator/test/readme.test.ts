import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { HELP } from "../src/command/texts.ts";
import { scenarios } from "../src/scenarios/index.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const section = (name: string): string =>
  new RegExp(`<!-- ${name}: begin -->([\\s\\S]*)<!-- ${name}: end -->`).exec(readme)?.[1] ?? "";

test("the README lists every scenario (scripts/write-scenario-table.ts writes the list)", () => {
  const rows = [...section("scenarios").matchAll(/^\| `(\S+?)`\s*\| (.*?)\s*\|$/gm)];
  expect(rows.map(([, name, summary]) => ({ name, summary }))).toEqual(
    scenarios.map(({ name, summary }) => ({ name, summary })),
  );
});

test("the README names every option of the command and of createSimulator", async () => {
  for (const [option] of HELP.matchAll(/--[a-z-]+/g)) expect(readme).toContain(option);
  const source = await readFile(new URL("../src/simulator.ts", import.meta.url), "utf8");
  const body = /export interface SimulatorOptions \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? "";
  const names = [...body.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name ?? "");
  expect(names.length).toBeGreaterThan(10);
  const table = section("options");
  for (const name of names) expect(table).toContain(`\`${name}\``);
});
