import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { repository } from "./support/example.ts";
import { temporaryFolder } from "./support/folder.ts";
import { findOldNode } from "./support/old-node.ts";
import { run } from "./support/run.ts";

const bin = path.join(repository, "packages/agent/dist/bin.js");

async function version(node: readonly string[], file = bin) {
  const [command = "", ...flags] = node;
  const env = { PATH: process.env["PATH"], HOME: await temporaryFolder() };
  return run(command, [...flags, file, "--version"], { cwd: path.dirname(file), env });
}

function refusal(found: string) {
  return {
    code: 2,
    stdout: "",
    stderr: `zotpilot: needs Node.js 22.19 or newer, and this is ${found}; get one from https://nodejs.org\n`,
  };
}

test("the command under a real Node that is too old: one sentence", async ({ skip }) => {
  const node = findOldNode();
  if (node === undefined) return skip("no Node 18 or 20 on this machine");
  const { stdout } = await run(node, ["--print", "process.versions.node"], { cwd: repository, env: {} });
  expect(await version([node])).toMatchObject(refusal(stdout.trim()));
});

test.each([
  { says: "20.20.2", runs: false },
  { says: "22.18.0", runs: false },
  { says: "22.19.0", runs: true },
  { says: "24.0.0", runs: true },
])("the command under a Node that says it is $says runs: $runs", async ({ says, runs }) => {
  const folder = await temporaryFolder();
  const file = path.join(folder, "pretend.cjs");
  const versions = `{ ...process.versions, node: "${says}" }`;
  await writeFile(file, `Object.defineProperty(process, "versions", { value: ${versions} });\n`);
  const result = await version([process.execPath, "--require", file]);
  if (runs) expect(result, result.all).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+/) });
  else expect(result).toMatchObject(refusal(says));
});

test("nothing is loaded before the question is asked", async () => {
  const folder = await temporaryFolder({ "package.json": '{ "type": "module" }' });
  // Alone, without the files that it would import.
  const alone = path.join(folder, "bin.js");
  await copyFile(bin, alone);
  const pretend = path.join(folder, "pretend.cjs");
  await writeFile(pretend, 'Object.defineProperty(process, "versions", { value: { node: "18.0.0" } });\n');
  expect(await version([process.execPath, "--require", pretend], alone)).toMatchObject(refusal("18.0.0"));
});
