import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readExamples } from "../scripts/checks/examples.ts";
import { listPackages } from "../scripts/checks/packages.ts";
import { repository, runExample } from "./support/example.ts";

const packages = await listPackages(repository);
const readmes = ["README.md", ...packages.map(({ shortName }) => `packages/${shortName}/README.md`)];

test.each(readmes)("every example of %s runs", async (readme) => {
  const file = path.join(repository, readme);
  expect(existsSync(file), `${readme} is missing`).toBe(true);
  const examples = readExamples(await readFile(file, "utf8"));
  expect(examples, `${readme} has no block marked <!-- example: run -->`).not.toEqual([]);
  for (const { code, line } of examples) {
    const { exitCode, output } = await runCode(code);
    expect.soft(exitCode, `${readme}:${line}\n${output}`).toBe(0);
  }
});

test("an example that fails is noticed, and leaves nothing behind", async () => {
  const { exitCode, output, file } = await runCode(
    'import "@zotpilot/ndjson";\nthrow new Error("on purpose");',
  );
  expect(exitCode).toBe(1);
  expect(output).toContain("on purpose");
  expect(existsSync(file)).toBe(false);
});

test("only marked blocks count as examples", () => {
  const markdown = [
    "```ts\nnever();\n```",
    "<!-- example: run -->\n```ts\nconst a = 1;\n```",
    "<!-- example: run -->\n\n```ts\nconst b = 2;\n```",
    "<!-- example: run -->\n\nSomething else first.\n\n```ts\nnever();\n```",
  ].join("\n\n");
  expect(readExamples(markdown)).toEqual([
    { code: "const a = 1;\n", line: 6 },
    { code: "const b = 2;\n", line: 11 },
  ]);
});

/** Runs code as a file at the root of the repository, where every package can be imported by its name. */
async function runCode(code: string): Promise<{ exitCode: number | null; output: string; file: string }> {
  const file = path.join(repository, `.example-${randomUUID()}.ts`);
  const remove = () => rm(file, { force: true });
  onTestFinished(remove);
  try {
    await writeFile(file, code);
    const result = await runExample(file);
    return { exitCode: result.code, output: result.all, file };
  } finally {
    await remove();
  }
}
