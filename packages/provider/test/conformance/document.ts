import type { Played } from "./play.ts";

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
writes it anew. Scenarios of signing in are those of \`@zotpilot/auth\`; the row names the test that plays them. What takes
more than one call, such as a renewed token or a model whose terms are accepted, is tested further in
\`packages/provider/test\`.

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
  const failed = lines.length - passed - elsewhere;
  const count = `${lines.length} scenarios: ${passed} passed, ${failed} failed, ${elsewhere} are played elsewhere.\n\n`;
  return `${HEAD}${count}${[pad(TITLES), rule, ...rows.map(pad)].join("\n")}\n`;
}
