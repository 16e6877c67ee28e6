import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { codingTools, createBashTool } from "../src/index.ts";
import { call, callText, temporaryFolder } from "./helpers.ts";

const bashTool = createBashTool();

/** The result without its duration. */
async function run(
  cwd: string,
  command: string,
  timeout?: number,
): Promise<{ text: string; isError: boolean }> {
  const result = await call(bashTool, cwd, { command, ...(timeout !== undefined && { timeout }) });
  const [part] = result.content;
  const text = part?.type === "text" ? part.text : "";
  expect(text).toMatch(/ {2}Took \d+\.\ds$/);
  return { text: text.replace(/ {2}Took \S+$/, ""), isError: result.isError };
}

test("the tools come sorted by name", () => {
  expect(codingTools().map((tool) => tool.name)).toEqual([
    "bash",
    "edit",
    "glob",
    "grep",
    "jobs",
    "read",
    "write",
  ]);
});

test("F-33: shows the command, what it printed and how it ended, by exit code or signal", async () => {
  const folder = await temporaryFolder();
  expect(await run(folder, "pwd")).toEqual({ text: `$ pwd\n\n${folder}\n\n[exit 0]`, isError: false });
  expect(await run(folder, "true")).toEqual({ text: "$ true\n\n[exit 0]", isError: false });
  expect(await run(folder, "printf 'no line feed'; exit 3")).toEqual({
    text: "$ printf 'no line feed'; exit 3\n\nno line feed\n\n[exit 3]",
    isError: true,
  });
  expect((await run(folder, "no-such-command")).text).toMatch(/command not found\n\n\[exit 127\]$/);
  expect((await run(folder, "kill -USR1 $$")).text).toBe("$ kill -USR1 $$\n\n[exit -1] (SIGUSR1)");
  expect((await run(folder, "exit 300")).text).toBe("$ exit 300\n\n[exit 44]");
});

test("it is bash, and both streams stay in order", async () => {
  const folder = await temporaryFolder();
  const command = "a=(x y); for i in 1 2 3; do echo out $i; echo err $i >&2; done; echo ${a[1]} $0 $#";
  const { text } = await run(folder, command);
  expect(text).toContain("\n\nout 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\ny bash 0\n\n[exit 0]");
});

test("F-32: there is no input and no terminal to wait at", async () => {
  const folder = await temporaryFolder();
  expect(await run(folder, "cat; read -r line; echo $?")).toMatchObject({
    text: expect.stringContaining("\n\n1\n\n[exit 0]"),
  });
  expect(await run(folder, "cat < /dev/tty")).toMatchObject({
    isError: true,
    text: expect.stringContaining("/dev/tty"),
  });
  const told = await run(folder, "echo $GIT_TERMINAL_PROMPT $PAGER $GIT_PAGER");
  expect(told.text).toContain("\n\n0 cat cat\n");
  // A git that wants a password, from a service that asks for one, says so instead.
  const service = createServer((_, response) =>
    response.writeHead(401, { "www-authenticate": "Basic" }).end(),
  );
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void service.close());
  const { port } = service.address() as AddressInfo;
  const asked = await run(
    folder,
    `git -c credential.helper= ls-remote http://127.0.0.1:${port}/x.git; echo ended`,
  );
  expect(asked.text).toMatch(/could not read Username[^\n]*terminal prompts disabled[^]*\nended\n/);
});

test("keeps a long command out of its own result", async () => {
  const folder = await temporaryFolder();
  const { text } = await run(folder, `cat > file <<'END'\n${"line\n".repeat(1_000)}END`);
  expect(text).toMatch(/^\$ cat > file <<'END'\nline\n[^]* \.\.\. \[\d+ more characters\]\n\n\[exit 0\]$/);
  expect(text.length).toBeLessThan(1_200);
});

test("our own credentials stay out of its sight, other people's do not", async () => {
  const folder = await temporaryFolder();
  const env = {
    PATH: process.env["PATH"],
    COPILOT_GITHUB_TOKEN: "secret-1",
    ZOTPILOT_RPC_TOKEN: "secret-2",
    ZOTCORE_RPC_TOKEN: "secret-3",
    ZOTPILOT_PROXY_KEY: "secret-4",
    ZOTPILOT_CLIENT_SECRET_FILE: "secret-5",
    ZOTPILOT_HOME: "/kept-home",
    GH_TOKEN: "kept-token",
    UNSET: undefined,
  };
  const text = await callText(createBashTool({ env }), folder, { command: "env" });
  expect(text).not.toContain("secret");
  expect(text).toContain("ZOTPILOT_HOME=/kept-home\n");
  expect(text).toContain("GH_TOKEN=kept-token\n");
});

test("wrong arguments and what cannot be started give a clear sentence", async () => {
  const folder = await temporaryFolder();
  const start = (command: unknown, timeout?: unknown) => call(bashTool, folder, { command, timeout });
  await expect(start(" \n")).rejects.toThrow("command is empty");
  await expect(start("echo \0")).rejects.toThrow("NUL");
  await expect(start("echo \ud800")).rejects.toThrow("surrogate");
  await expect(start(1)).rejects.toThrow("invalid args for bash");
  await expect(start("true", "1")).rejects.toThrow("timeout");
  await expect(start(`: ${"x".repeat(3_000_000)}`)).rejects.toMatchObject({
    code: "not_started",
    message:
      "cannot run the command: it has 3000002 bytes, which is too long; write it to a file and run that",
  });
  expect(() => createBashTool({ timeoutSeconds: Infinity })).toThrow("must be from 1 to 86400, not Infinity");
  const shell = createBashTool({ env: { PATH: folder } });
  await expect(call(shell, folder, { command: "true" })).rejects.toThrow(
    "no shell (sh) was found on the PATH",
  );
});

test("F-34: a working folder that is gone is named", async () => {
  const folder = await temporaryFolder();
  const gone = join(folder, "gone");
  await mkdir(gone);
  expect(await run(gone, "rm -rf ../gone; echo still here")).toMatchObject({ isError: false });
  await expect(call(bashTool, gone, { command: "true" })).rejects.toThrow(
    `cannot run a command: the working folder ${gone} is gone`,
  );
  await writeFile(gone, "");
  await expect(call(bashTool, gone, { command: "true" })).rejects.toThrow("is not a folder");
  await rm(gone);
});
