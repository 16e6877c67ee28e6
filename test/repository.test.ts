import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkBoundaries } from "../scripts/check-boundaries.ts";
import { checkDocs } from "../scripts/check-docs.ts";
import { describeProblem, type Problem } from "../scripts/checks/problem.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));

type Check = (root: string) => Promise<Problem[]>;
type Files = Record<string, string | readonly string[]>;

const README = ["<!-- example: run -->", "", "```ts", "console.log(1);", "```"];

/** Problems found in a made-up repository; every package named in `files` gets a package.json and a README. */
async function problemsIn(check: Check, files: Files): Promise<string[]> {
  const root = await mkdtemp(path.join(tmpdir(), "zotpilot-repository-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const names = new Set(Object.keys(files).map((file) => file.split("/")[0] ?? ""));
  const all: Files = {};
  for (const name of names) {
    all[`${name}/package.json`] = JSON.stringify({
      name: `@zotpilot/${name}`,
      version: "1.0.0",
      exports: { ".": { "@zotpilot/source": "./src/index.ts" }, "./package.json": "./package.json" },
      dependencies: { zod: "4", "@zotpilot/ndjson": "1", "@zotpilot/provider": "1" },
      devDependencies: { "@zotpilot/simulator": "1" },
    });
    all[`${name}/README.md`] = README;
    all[`${name}/src/index.ts`] = "export {};\n";
  }
  for (const [file, content] of Object.entries({ ...all, ...files })) {
    const target = path.join(root, "packages", file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, typeof content === "string" ? content : content.join("\n"));
  }
  const problems = await check(root);
  return problems.map((problem) => describeProblem(root, problem));
}

describe("this repository", () => {
  test("keeps its packages apart", async () => {
    const problems = await checkBoundaries(repository);
    expect(problems.map((problem) => describeProblem(repository, problem))).toEqual([]);
  });

  test("documents every public export and shows an example of every package", async () => {
    const problems = await checkDocs(repository);
    expect(problems.map((problem) => describeProblem(repository, problem))).toEqual([]);
  });
});

describe("the boundary check", () => {
  const cases: Record<string, { file: string; lines: string[]; problem: RegExp | undefined }> = {
    "an arrow between leaves": {
      file: "provider/src/a.ts",
      lines: ["", 'import { login } from "@zotpilot/auth";'],
      problem: /^packages\/provider\/src\/a\.ts:2: @zotpilot\/provider may not import @zotpilot\/auth/,
    },
    "an arrow against the direction": {
      file: "ndjson/src/a.ts",
      lines: ['export { createAgent } from "@zotpilot/core";'],
      problem: /^packages\/ndjson\/src\/a\.ts:1: @zotpilot\/ndjson may not import @zotpilot\/core/,
    },
    "more of a sibling than it offers": {
      file: "core/src/a.ts",
      lines: ['export type { CopilotOptions } from "@zotpilot/provider";'],
      problem: /^packages\/core\/src\/a\.ts:1: .* may not import @zotpilot\/provider \(allowed: /,
    },
    "a dynamic import": {
      file: "auth/src/a.ts",
      lines: ["export const load = () =>", '  import("@zotpilot/provider");'],
      problem: /^packages\/auth\/src\/a\.ts:2: /,
    },
    "the type of an import": {
      file: "auth/src/a.ts",
      lines: ['export type Model = import("@zotpilot/provider/model").ModelInfo;'],
      problem: /^packages\/auth\/src\/a\.ts:1: /,
    },
    "a sibling's file by its path": {
      file: "auth/src/a.ts",
      lines: ['import { x } from "../../provider/src/index.ts";'],
      problem: /^packages\/auth\/src\/a\.ts:1: .* leaves the package/,
    },
    "a test's helper in published code": {
      file: "auth/src/a.ts",
      lines: ['import { x } from "../test/helper.ts";'],
      problem: /^packages\/auth\/src\/a\.ts:1: .* belongs to the tests/,
    },
    "a package that is not a dependency": {
      file: "auth/src/a.ts",
      lines: ["// one", "// two", 'import lodash from "lodash";'],
      problem: /^packages\/auth\/src\/a\.ts:3: lodash is not among the dependencies/,
    },
    "an inner layer": {
      file: "provider/src/transport/a.ts",
      lines: ['import { modelInfo } from "../model/model-info.ts";'],
      problem: /^packages\/provider\/src\/transport\/a\.ts:1: .*: the transport knows no models/,
    },
    "Ink outside the chat": {
      file: "agent/src/modes/print.ts",
      lines: ['import { chat } from "../chat/chat.tsx";'],
      problem: /^packages\/agent\/src\/modes\/print\.ts:1: .*: only the chat loads Ink/,
    },
    "a default export": {
      file: "auth/src/a.ts",
      lines: ["const a = 1;", "export default a;"],
      problem: /^packages\/auth\/src\/a\.ts:2: default export/,
    },
    "a default export under another syntax": {
      file: "auth/test/a.ts",
      lines: ["const a = 1;", "export { a as default };"],
      problem: /^packages\/auth\/test\/a\.ts:2: default export/,
    },
    "a library that prints": {
      file: "auth/src/a.ts",
      lines: ["export function hello() {", '  console.log("hello");', "}"],
      problem: /^packages\/auth\/src\/a\.ts:2: a library does not use console/,
    },
    "a library that ends the process": {
      file: "auth/src/a.ts",
      lines: ["export function leave() {", "  process.exit(1);", "}"],
      problem: /^packages\/auth\/src\/a\.ts:2: a library does not use process\.exit/,
    },
    "state at import": {
      file: "auth/src/a.ts",
      lines: ["export let current: string | undefined;"],
      problem: /^packages\/auth\/src\/a\.ts:1: state at import/,
    },
    "work at import": {
      file: "auth/src/a.ts",
      lines: ["const all = new Map();", 'all.set("a", 1);'],
      problem: /^packages\/auth\/src\/a\.ts:2: does something when it is imported/,
    },
    "bytes that nobody checks": {
      file: "auth/src/a.ts",
      lines: ["export const read = (text: string) =>", "  JSON.parse(text) as { token: string };"],
      problem: /^packages\/auth\/src\/a\.ts:2: JSON\.parse outside the readers/,
    },
    "a tool that is not in the list": {
      file: "tools/src/forgotten.ts",
      lines: ["export const forgottenTool = 1;"],
      problem: /^packages\/tools\/src\/forgotten\.ts:1: is missing in packages\/tools\/src\/index\.ts/,
    },
    "an allowed arrow": {
      file: "core/src/a.ts",
      lines: ['import { encodeLine } from "@zotpilot/ndjson";', 'import { z } from "zod";'],
      problem: undefined,
    },
    "an arrow that only tests may use": {
      file: "provider/test/a.test.ts",
      lines: ['import { createSimulator } from "@zotpilot/simulator";', 'import { test } from "vitest";'],
      problem: undefined,
    },
    "the word in a comment or a string": {
      file: "provider/src/a.ts",
      lines: ['// import "@zotpilot/auth"', 'export const text = "console.log @zotpilot/auth";'],
      problem: undefined,
    },
  };

  test.each(Object.entries(cases))("%s", async (_name, { file, lines, problem }) => {
    const found = await problemsIn(checkBoundaries, { [file]: lines });
    if (problem) expect(found).toEqual([expect.stringMatching(problem)]);
    else expect(found).toEqual([]);
  });

  test("asks for a row for a new package", async () => {
    const found = await problemsIn(checkBoundaries, { "newcomer/src/index.ts": "export {};" });
    expect(found).toEqual([
      "packages/newcomer/package.json:1: packages/newcomer has no row in scripts/checks/boundaries.ts",
    ]);
  });
});

describe("the documentation check", () => {
  test("an export without a comment, at its declaration", async () => {
    const found = await problemsIn(checkDocs, {
      "auth/src/index.ts": [
        'export { documented, bare, type Bare } from "./a.ts";',
        'export * from "./b.ts";',
        "export const here = 1;",
      ],
      "auth/src/a.ts": [
        "/** Says what it does. */",
        "export const documented = 1;",
        "",
        "export function bare() {}",
        "// A remark is no documentation.",
        "export type Bare = string;",
        "export const notPublic = 1;",
      ],
      "auth/src/b.ts": [
        "/** Too far away. */",
        "const other = 1;",
        "export class Far {}",
        "export { other };",
      ],
    });
    expect(found.toSorted()).toEqual([
      "packages/auth/src/a.ts:4: bare is exported by @zotpilot/auth and has no /** … */ above its declaration",
      "packages/auth/src/a.ts:6: Bare is exported by @zotpilot/auth and has no /** … */ above its declaration",
      "packages/auth/src/b.ts:3: Far is exported by @zotpilot/auth and has no /** … */ above its declaration",
      "packages/auth/src/index.ts:3: here is exported by @zotpilot/auth and has no /** … */ above its declaration",
    ]);
  });

  test("a package without a README, and one that shows nothing that runs", async () => {
    const found = await problemsIn(checkDocs, {
      "auth/README.md": "# auth\n\n```ts\nnever run\n```\n",
      "tui/README.md": README,
    });
    expect(found).toEqual([expect.stringMatching(/^packages\/auth\/README\.md:1: no example/)]);
  });

  test("a link that leads nowhere", async () => {
    const found = await problemsIn(checkDocs, {
      "auth/README.md": [
        ...README,
        "",
        "[here](src/index.ts#L1) [there](https://example.com) [below](#x) [nowhere](docs/gone.md)",
      ],
    });
    expect(found).toEqual(["packages/auth/README.md:7: links to docs/gone.md, which does not exist"]);
  });
});
