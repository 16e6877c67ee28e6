import { execFile, spawnSync } from "node:child_process";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { createBashTool } from "../src/index.ts";
import { call, callText, temporaryFolder } from "./helpers.ts";

const bashTool = createBashTool();
const run = promisify(execFile);

/** The body of a result: what stands between the command and the exit code. */
function bodyOf(text: string): string {
  return text.slice(text.indexOf("\n\n") + 2, text.lastIndexOf("\n\n["));
}

function fileOf(text: string): string {
  const path = /output: (\/\S+\.log)\)/.exec(text)?.[1];
  expect(path).toBeDefined();
  onTestFinished(() => rm(path ?? "", { force: true }));
  return path ?? "";
}

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index).join("\n");

test("shows 2000 lines and not 2001", async () => {
  const folder = await temporaryFolder();
  const fits = await callText(bashTool, folder, { command: "seq 2000" });
  expect(bodyOf(fits)).toBe(lines(1, 2000));
  expect(fits).not.toContain("output:");
  const over = await callText(bashTool, folder, { command: "seq 2001" });
  const note = "... [truncated: 1 lines, 5 bytes left out here; a result shows 2000 lines and 51200 bytes]";
  expect(bodyOf(over)).toBe(`${lines(1, 1000)}\n${note}\n${lines(1002, 2001)}`);
  expect(await readFile(fileOf(over), "utf8")).toBe(`${lines(1, 2001)}\n`);
});

test("keeps the head and the tail of a long output, and all of it in a private file", async () => {
  const folder = await temporaryFolder();
  const command = "for i in $(seq 5000); do echo line $i of a long output; done; exit 7";
  const text = await callText(bashTool, folder, { command });
  const all = Array.from({ length: 5000 }, (_, index) => `line ${index + 1} of a long output\n`).join("");
  const [head = "", tail = ""] = bodyOf(text).split(/\n\.\.\. \[truncated: .*\]\n/);
  expect(all.startsWith(`${head}\n`)).toBe(true);
  expect(all.endsWith(`\n${tail}\n`)).toBe(true);
  expect(Buffer.byteLength(head + tail)).toBeGreaterThan(50_000);
  expect(Buffer.byteLength(head + tail)).toBeLessThanOrEqual(51_200);
  const left = /truncated: (\d+) lines, (\d+) bytes/.exec(text);
  expect(Number(left?.[1])).toBe(5000 - `${head}\n${tail}\n`.split("\n").length + 1);
  expect(Number(left?.[2])).toBe(all.length - head.length - tail.length - 2);
  expect(text).toMatch(/\[exit 7\] \(full output: \/\S+\) {2}Took/);
  const file = fileOf(text);
  expect(await readFile(file, "utf8")).toBe(all);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("F-29: cuts one endless line between characters", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "long"), `x${"é😀".repeat(100_000)}`);
  const text = await callText(bashTool, folder, { command: "cat long" });
  fileOf(text);
  const body = bodyOf(text);
  expect(body).not.toContain("\ufffd");
  expect(body).toMatch(/^x(?:é😀)+é?\n\.\.\. \[truncated: \d+ bytes left out here; .*\]\n😀?(?:é😀)+$/u);
  expect(Buffer.byteLength(body)).toBeLessThan(51_400);
});

test("a character that comes in two pieces is one character", async () => {
  const folder = await temporaryFolder();
  const command = String.raw`printf 'a\xf0\x9f'; sleep 0.2; printf '\x98\x80b\xc3'; sleep 0.2; printf '\xa9\xff'`;
  const shown: string[] = [];
  const text = await callText(bashTool, folder, { command }, { progress: (piece) => shown.push(piece) });
  expect(bodyOf(text)).toBe("a😀bé\ufffd");
  expect(shown.join("")).toBe("a😀bé\ufffd");
});

test("F-33: control sequences reach neither the result nor the screen", async () => {
  const folder = await temporaryFolder();
  const command = String.raw`printf '\e[31mred\e[0m \e]0;ti'; sleep 0.2; printf 'tle\a50%%\r100%%\r\n\e'; sleep 0.2; printf '[1mend'`;
  const shown: string[] = [];
  const text = await callText(bashTool, folder, { command }, { progress: (piece) => shown.push(piece) });
  expect(bodyOf(text)).toBe("red 50%\n100%\nend");
  expect(shown.join("")).toBe("red 50%\n100%\nend");
  const echoed = await callText(bashTool, folder, { command: "echo '\u001b[31mx'" });
  expect(echoed).not.toContain("\u001b");
});

test("shows what is printed while the command still runs", async () => {
  const folder = await temporaryFolder();
  let goOn = (): void => {};
  const seen = new Promise<void>((resolve) => (goOn = resolve));
  const running = call(
    bashTool,
    folder,
    { command: "echo started; until [ -e go ]; do sleep 0.05; done; echo ended" },
    { progress: (text) => text.includes("started") && goOn() },
  );
  await seen;
  await writeFile(join(folder, "go"), "");
  expect(await running).toMatchObject({ isError: false });
});

const LONG = process.env["ZOTPILOT_TEST_LONG"] !== undefined;

test.each([
  ["lines without end", `yes 'a line of the usual length, more or less' | head -c ${LONG ? 1e9 : 1e8}`],
  ["one line of 100 MB", "head -c 100000000 /dev/zero | tr '\\0' x"],
  ["text and then bytes that are no text", `seq 10000; head -c ${LONG ? 3e8 : 2e7} /dev/urandom`],
])("F-29: a flood costs neither memory nor a flood of events: %s", async (_, command) => {
  const folder = await temporaryFolder();
  const program = join(import.meta.dirname, "children/measure-flood.ts");
  // In a process of its own, whose memory nobody else uses.
  const { stdout } = await run(
    process.execPath,
    ["--conditions=@zotpilot/source", program, `${command}; echo; echo the end`],
    { cwd: folder },
  );
  const { grew, progressed, text, details } = JSON.parse(stdout);
  expect(text).toContain("[exit 0] (f");
  const file = fileOf(text);
  expect((await stat(file)).size).toBeLessThanOrEqual(100 * 1024 * 1024);
  expect(text.length).toBeLessThan(52_000);
  expect(details.output_bytes).toBeGreaterThan(2e7);
  expect(progressed).toBeLessThan(details.output_bytes / 10);
  expect(grew).toBeLessThan(50_000_000 / 1024 / 1024);
});

test("F-29: binary output is named and not shown, also very much of it", async () => {
  const folder = await temporaryFolder();
  const command = `head -c ${LONG ? 1e9 : 1e8} /dev/urandom; echo the end`;
  const shown: string[] = [];
  const { content, details } = await call(
    bashTool,
    folder,
    { command },
    { progress: (text) => shown.push(text) },
  );
  expect(content).toMatchObject([
    {
      text: expect.stringMatching(
        /\n\n\.\.\. \[10{7,8}8 bytes of binary output[^\n]*\]\n\n\[exit 0\] {2}Took/,
      ),
    },
  ]);
  expect(details).toMatchObject({ binary: true, output_bytes: (LONG ? 1e9 : 1e8) + 8 });
  expect(shown.join("").length).toBeLessThan(200_000);
  const bytes = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919) % 256));
  await writeFile(join(folder, "binary"), bytes);
  const text = await callText(bashTool, folder, { command: "cat binary" });
  expect(bodyOf(text)).toMatch(/^\.\.\. \[\d+ bytes of binary output, not shown; save it to a file/);
  await writeFile(join(folder, "latin1"), Buffer.from("Stra\xdfe, caf\xe9\n", "latin1"));
  expect(bodyOf(await callText(bashTool, folder, { command: "cat latin1" }))).toBe("Stra\ufffde, caf\ufffd");
});

test("F-9: where the file for all of the output cannot be made, the result still comes, cut as ever", async () => {
  const folder = await temporaryFolder();
  const before = process.env["TMPDIR"];
  onTestFinished(() => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  });
  process.env["TMPDIR"] = "/dev/full";
  const text = await callText(bashTool, folder, { command: "seq 100000; exit 3" });
  expect(text).toContain("[exit 3]");
  expect(text).toContain("[truncated:");
  expect(text).not.toContain("/dev/full");
});

// A file system of 64 KiB, in a name space of its own.
const fullDisk = ["--dev-bind", "/", "/", "--size", "65536", "--tmpfs", "/mnt"];
const canFillDisk = spawnSync("bwrap", [...fullDisk, "true"], { stdio: "ignore" }).status === 0;

test.runIf(canFillDisk)(
  "F-9: a disk that fills up while the output is saved costs the rest of the copy, and nothing else",
  async () => {
    const folder = await temporaryFolder();
    const program = join(import.meta.dirname, "children/measure-flood.ts");
    const node = [process.execPath, "--conditions=@zotpilot/source", program, "seq 100000; exit 3"];
    const { stdout } = await run("bwrap", [...fullDisk, "--setenv", "TMPDIR", "/mnt", ...node], {
      cwd: folder,
    });
    const { text, details } = JSON.parse(stdout);
    expect(text).toMatch(/^\$ seq 100000; exit 3\n\n1\n2\n[^]*\n99999\n100000\n\n\[exit 3\]/);
    expect(text).toContain("(first part of the output: /mnt/");
    expect(details).toMatchObject({ exit_code: 3, full_output_complete: false });
  },
);
