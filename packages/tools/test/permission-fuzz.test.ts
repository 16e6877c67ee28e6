import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createApprovalBroker, fixedPolicy } from "../src/index.ts";
import { quoteWord } from "../src/shell/words.ts";
import { bashCall, permanentFolder, riskOf } from "./helpers.ts";
import { harmlessCommands } from "./tricky-commands.ts";

const project = permanentFolder();
const broker = createApprovalBroker({ policy: fixedPolicy(), risk: riskOf, project });
const runs = process.env["ZOTPILOT_TEST_LONG"] ? 50_000 : 1_000;

const acting = fc.constantFrom(
  "touch x",
  "rm x",
  "echo x > y",
  "curl https://example.com",
  "./x",
  "npm test",
  "cat .env",
);
// A comment or a word that is read to the end of the line would swallow what follows.
const harmless = fc.constantFrom(...harmlessCommands.filter((command) => !/<<|\n/.test(command)));

/** Ways to have a command run inside another one. */
const frames: readonly ((inner: string, other: string) => string)[] = [
  (inner, other) => `${other}; ${inner}`,
  (inner, other) => `${inner}; ${other}`,
  (inner, other) => `${other} && ${inner}`,
  (inner, other) => `${other} | { ${inner}; }`,
  (inner, other) => `${other}\n${inner}`,
  (inner, other) => `${other} & ${inner}`,
  (inner) => `( ${inner} )`,
  (inner) => `{ ${inner}; }`,
  (inner) => `! { ${inner}; }`,
  (inner) => `echo "$( ${inner} )"`,
  (inner) => `echo $( ${inner} )`,
  (inner) => `cat <( ${inner} )`,
  (inner) => `x=$( ${inner} ); echo "$x"`,
  (inner) => `if ${inner}; then :; fi`,
  (inner) => `for i in 1 2; do ${inner}; done`,
  (inner) => `while true; do ${inner}; break; done`,
  (inner) => `case a in a) ${inner};; esac`,
  (inner) => `sh -c ${quoteWord(inner)}`,
  (inner) => `eval ${quoteWord(inner)}`,
  (inner) => `timeout 5 bash -c ${quoteWord(inner)}`,
  (inner) => `ls | xargs -I{} sh -c ${quoteWord(inner)}`,
  (inner) => `find . -exec sh -c ${quoteWord(inner)} \\;`,
  (inner) => `cat <<E\n$( ${inner} )\nE`,
  (inner) => `bash <<'E'\n${inner}\nE`,
  (inner) => `echo \${x:-$( ${inner} )}`,
];

const framed = fc
  .tuple(acting, fc.array(fc.tuple(fc.constantFrom(...frames), harmless), { maxLength: 4 }))
  .map(([command, around]) => around.reduce<string>((inner, [frame, other]) => frame(inner, other), command));

test("S-H2, S-I1: nothing that acts gets through, however it is wrapped", { timeout: 900_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(framed, async (command) => {
      expect((await broker.preview(bashCall(command), project)).effect).not.toBe("allow");
    }),
    { numRuns: runs },
  );
});

test(
  "S-H2: texts of any kind do not break the grammar, and are not run unasked",
  { timeout: 900_000 },
  async () => {
    const alphabet = [
      ..."touch x;&|<>(){}[]$`'\"\\\n#!*?=- \u202e".split(""),
      "$(",
      "${",
      "<<E\n",
      "touch x",
      "touch x",
      "echo ",
      "ls",
      "cat ",
    ];
    const text = fc.array(fc.constantFrom(...alphabet), { maxLength: 40 }).map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(text, async (command) => {
        const { effect } = await broker.preview(bashCall(command), project);
        // What is allowed has to be harmless in bash's own eyes as well.
        if (effect === "allow") expect(touches(command)).toBe(false);
      }),
      { numRuns: runs },
    );
  },
);

test("bash agrees about what runs something", () => {
  expect(touches("touch x")).toBe(true);
  expect(touches("echo $(touch x)")).toBe(true);
  expect(touches("echo 'touch x' # touch x")).toBe(false);
});

/** Whether bash runs `touch` for this text. There is no other program that it could find. */
function touches(command: string): boolean {
  const mark = join(project, "mark");
  try {
    execFileSync("/bin/bash", ["-c", `touch() { : > "$MARK"; }\n${command}`], {
      cwd: project,
      env: { PATH: "/nowhere", MARK: mark },
      stdio: "ignore",
      timeout: 5_000,
    });
  } catch {
    // Most such texts are errors.
  }
  const touched = existsSync(mark);
  rmSync(mark, { force: true });
  return touched;
}
