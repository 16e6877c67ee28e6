import type { Played } from "./played.ts";

/** One line of the table. */
export interface Line extends Played {
  name: string;
  result: string;
}

const TITLES = ["scenario", "call", "what the client did", "requests", "result"] as const;

const HEAD = `# How the client does in every scenario of the protocol reference

Made by \`packages/provider/test/conformance.test.ts\`, which plays each scenario of
the protocol reference (§11) with \`@zotpilot/provider\` against \`@zotpilot/simulator\`, compares
what comes of it with what is expected, looks for tokens in everything that was returned, thrown and printed, and then
compares this page with what it saw. After a change that is meant, \`node packages/provider/scripts/write-conformance.ts\`
writes it anew.

A row passes only if the simulator's log says that the scenario had a say in an answer. Nine scenarios have none, because
they change the models before anything is asked, or are how the simulator always is; what is expected of these shows their
effect. "By hand" is a request without the care that the client takes: it shows that the service refuses it. Scenarios of
signing in are those of \`@zotpilot/auth\`; their rows name the test, which runs in the same \`npm test\`.

`;

/** Columns as wide as a terminal draws them. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += /[\u3000-\u9fff\uff00-\uffef]/u.test(character) ? 2 : 1;
  return width;
}

/** The page, formatted as the repository's formatter leaves it. */
export function conformanceDocument(lines: readonly Line[]): string {
  const cell = (text: string) => text.replaceAll("|", String.raw`\|`).replaceAll("\n", " ");
  const rows = lines.map(({ name, call, did, requests, result }) =>
    [`\`${name}\``, call, did, requests, result].map(cell),
  );
  const widths = TITLES.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => widthOf(row[column] ?? ""))),
  );
  const pad = (row: readonly string[]) =>
    `| ${row.map((text, column) => text + " ".repeat((widths[column] ?? 0) - widthOf(text))).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const passed = lines.filter(({ result }) => result === "pass").length;
  const elsewhere = lines.filter(({ result }) => result === "elsewhere").length;
  const failed = lines.filter(({ result }) => result === "fail").length;
  const left = lines.filter(({ result }) => result === "not played").length;
  const count = `${lines.length} scenarios: ${passed} passed, ${failed} failed, ${elsewhere} are played elsewhere, ${left} not.\n\n`;
  return `${HEAD}${count}${[pad(TITLES), rule, ...rows.map(pad)].join("\n")}\n`;
}
