// Writes the list of scenarios into the README, between its two marks. A test compares the two.
import { readFile, writeFile } from "node:fs/promises";
import { scenarios } from "../src/scenarios/index.ts";

const readme = new URL("../README.md", import.meta.url);
const rows = scenarios.map(
  ({ name, summary }) => `| \`${name}\` | ${summary.replaceAll("|", String.raw`\|`)} |`,
);
const table = ["| name | what it does |", "| --- | --- |", ...rows].join("\n");
const text = await readFile(readme, "utf8");
const pattern = /(<!-- scenarios: begin -->)[\s\S]*(<!-- scenarios: end -->)/;
if (!pattern.test(text)) throw new Error("The README has lost its marks.");
await writeFile(
  readme,
  text.replace(pattern, (_, begin: string, end: string) => `${begin}\n\n${table}\n\n${end}`),
);
