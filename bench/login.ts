// How long a person waits for `zotpilot login`, against a simulator on this machine.
//
//   node --conditions=@zotpilot/source bench/login.ts [rounds]
//
// 1. From the start of the built program to the code on the screen, beside `node` that starts and does nothing: below
//    that no program in Node can go.
// 2. From the approval to "Signed in", beside the polling interval that the host asked for: RFC 8628 forbids to ask more
//    often, so half of it on average, and all of it at worst, is the floor. Medians.
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSimulator } from "@zotpilot/simulator";
import { openTerminal } from "../packages/agent/test/support/terminal.ts";

const ROUNDS = Number(process.argv[2] ?? 7);
const INTERVAL_SECONDS = 1;
const program = new URL("../packages/agent/dist/bin.js", import.meta.url).pathname;

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;

const bare: number[] = [];
const toCode: number[] = [];
const toSignedIn: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const bareStart = performance.now();
  spawnSync(process.execPath, ["-e", "0"]);
  bare.push(performance.now() - bareStart);

  const simulator = await createSimulator({ deviceIntervalSeconds: INTERVAL_SECONDS });
  const home = await mkdtemp(join(tmpdir(), "zotpilot-bench-"));
  const start = performance.now();
  const terminal = openTerminal({
    file: process.execPath,
    args: [program, "login", "--no-browser", "--host", simulator.origin],
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home, ZOTPILOT_HOME: home, ZOTPILOT_CREDENTIAL_STORE: "file" },
  });
  await terminal.waitFor(/[A-Z0-9]{4}-[A-Z0-9]{4}/);
  toCode.push(performance.now() - start);
  const code = /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(terminal.screen().join("\n"))?.[0] ?? "";
  const approved = performance.now();
  simulator.approveDevice(code);
  await terminal.waitFor("Signed in as");
  toSignedIn.push(performance.now() - approved);
  await terminal.exited;
  terminal.close();
  await simulator.close();
  await rm(home, { recursive: true });
}

const show = (name: string, values: readonly number[], floor: number): void =>
  console.log(
    `${name.padEnd(28)} ${median(values).toFixed(0).padStart(6)} ms  ${(median(values) / floor).toFixed(2)} x floor`,
  );
console.log(`${ROUNDS} rounds, polling interval ${INTERVAL_SECONDS} s`);
show("node that does nothing", bare, median(bare));
show("start to code on screen", toCode, median(bare));
show("approval to signed in", toSignedIn, INTERVAL_SECONDS * 1000);
process.exit(0);
