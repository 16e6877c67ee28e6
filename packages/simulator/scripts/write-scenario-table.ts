// Writes the list of scenarios into the README, between its two marks. A test compares the two.
import { readFile, writeFile } from "node:fs/promises";
import { notPlayed } from "../src/scenarios/not-played.ts";
import { scenarios } from "../src/scenarios/index.ts";

const readme = new URL("../README.md", import.meta.url);
const rows = scenarios.map(
  ({ name, summary }) => `| \`${name}\` | ${summary.replaceAll("|", String.raw`\|`)} |`,
);
const later = Object.entries(notPlayed).map(
  ([subject, names]) => `- ${subject}: ${names.map((name) => `\`${name}\``).join(", ")}`,
);
const table = ["| name | what it does |", "| --- | --- |", ...rows].join("\n");
const list = `${table}\n\nKnown by name, and refused because this version does not play their endpoints:\n\n${later.join("\n")}`;
const text = await readFile(readme, "utf8");
const pattern = /(<!-- scenarios: begin -->)[\s\S]*(<!-- scenarios: end -->)/;
if (!pattern.test(text)) throw new Error("The README has lost its marks.");
await writeFile(
  readme,
  text.replace(pattern, (_, begin: string, end: string) => `${begin}\n\n${list}\n\n${end}`),
);
