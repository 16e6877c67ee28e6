import { describe, expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import { parseCommandLine } from "../program.ts";

const parse = (...argv: string[]): unknown => parseCommandLine(argv, {});

describe("what means nothing is refused in one sentence, before anything is done", () => {
  test.each<[RegExp, ...string[]]>([
    [/^sessions has no action "juggle"; there are list, tree, /, "sessions", "juggle"],
    [/^sessions list does not know what to do with "more"\.$/, "sessions", "list", "more"],
    [/^sessions list has no option --keep\.$/, "sessions", "list", "--keep", "2"],
    [/^sessions prune has no option --at\.$/, "sessions", "prune", "--at", "x"],
    [/^sessions show needs a session: its id or the beginning of it, or its name\.$/, "sessions", "show"],
    [/^sessions fork needs a session/, "sessions", "fork", ""],
    [/^sessions delete does not know what to do with "b"\.$/, "sessions", "delete", "a", "b"],
    [/^sessions rename needs a session and its new name\.$/, "sessions", "rename", "a"],
    [/^sessions search needs a text\.$/, "sessions", "search"],
    [/^sessions import needs a file\.$/, "sessions", "import"],
    [/^sessions export does not know what to do with "c"\.$/, "sessions", "export", "a", "b", "c"],
    [/^permissions has no action "juggle"; there are list, allow, /, "permissions", "juggle"],
    [/^permissions allow needs a rule, such as: /, "permissions", "allow"],
    [/^permissions list does not know what to do with "edit"\.$/, "permissions", "list", "edit"],
    [/^rules that deny are written into permissions\.json by hand; /, "permissions", "deny", "edit"],
  ])("%s", (pattern, ...argv) => {
    expect(() => parse(...argv)).toThrow(UsageError);
    expect(() => parse(...argv)).toThrow(pattern);
  });
});

test("names and texts may have several words, and a name may be empty", () => {
  expect(parse("sessions", "rename", "a", "the", "bug")).toMatchObject({
    own: { words: ["a", "the", "bug"] },
  });
  expect(parse("sessions", "rename", "a", "")).toMatchObject({ own: { words: ["a", ""] } });
  expect(parse("sessions")).toMatchObject({ own: { action: "list", words: [] } });
  expect(parse("permissions", "--revoke", "edit")).toMatchObject({ own: { action: "revoke", rule: "edit" } });
});

test("the help of both lists every action with what it takes", () => {
  const help = (command: string): string => (parse(command, "--help") as { text: string }).text;
  for (const usage of [
    "rename <session> <name>",
    "export <session> [file] [--force]",
    "import <file>",
    "prune ",
  ])
    expect(help("sessions")).toContain(usage);
  for (const usage of ["allow <rule>", "revoke <rule>", "reset"])
    expect(help("permissions")).toContain(usage);
});
