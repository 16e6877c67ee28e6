import { scenarioNames } from "@zotpilot/simulator";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { expectNoSecret } from "./canary.ts";
import { COMPLETIONS } from "./conformance/completion-rows.ts";
import { conformanceDocument, type Line } from "./conformance/document.ts";
import { PLAYS, playScenario, SILENT } from "./conformance/play.ts";
import { STREAM } from "./conformance/stream-rows.ts";
import { testsOf } from "./conformance/tests-of.ts";
import { WIRES } from "./conformance/wire-rows.ts";
import type { Simulated } from "./simulated.ts";

/** The tests of signing in, which is no part of this package. */
const SIGN_IN = ["packages/auth/test/simulator.test.ts", "packages/agent/test/sign-in.test.ts"];
const isSignIn = (name: string) => name.startsWith("device.");
/** Scenarios that say nothing about a client of the service, and why. */
const NOT_PLAYED: Readonly<Record<string, string>> = {
  "hostile.obeys":
    "not played, because it is about what tools may do: packages/agent/test/hostile-model.test.ts",
};
const isPlayed = (name: string) => !isSignIn(name) && !(name in NOT_PLAYED);

describe("every scenario of the protocol reference", () => {
  const lines = new Map<string, Line>();
  const clients: Simulated[] = [];
  const printed: unknown[] = [];

  beforeAll(() => {
    const note = (...said: unknown[]) => void printed.push(said);
    for (const method of ["log", "info", "warn", "error", "debug", "trace"] as const) {
      vi.spyOn(console, method).mockImplementation(note);
    }
    process.on("warning", note);
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      printed.push(String(text));
      return true;
    });
  });
  afterAll(() => vi.restoreAllMocks());

  test.concurrent.for(scenarioNames.filter(isPlayed))("%s", async (name, context) => {
    try {
      const played = await playScenario(name, context.onTestFinished, (all) => clients.push(all));
      lines.set(name, { name, ...played, result: "pass" });
    } catch (error) {
      const [sentence = ""] = String(error).split("\n");
      lines.set(name, { name, call: "", did: sentence, requests: "", result: "fail" });
      throw error;
    }
  });

  test("no token was printed or logged on the way", () => {
    const secrets = new Set(clients.flatMap(({ secrets: sent }) => [...sent()]));
    expect([...secrets].filter((secret) => secret.startsWith("ghu_")).length).toBeGreaterThan(200);
    expect([...secrets].filter((secret) => secret.startsWith("tid=")).length).toBeGreaterThan(100);
    expectNoSecret(printed, secrets);
  });

  test("docs/copilot-conformance.md says what has been seen", async () => {
    const tests = await testsOf(SIGN_IN);
    for (const name of scenarioNames.filter(isSignIn)) {
      const found = tests.find(({ title }) => title.split(/[\s,:;()]+/).includes(name));
      expect.soft(found, `no test is named after ${name}`).toBeDefined();
      const did = `signing in: ${found?.file}, "${found?.title}"`;
      lines.set(name, { name, call: "login", did, requests: "", result: "elsewhere" });
    }
    for (const [name, did] of Object.entries(NOT_PLAYED)) {
      lines.set(name, { name, call: "", did, requests: "", result: "not played" });
    }
    const page = conformanceDocument(scenarioNames.flatMap((name) => lines.get(name) ?? []));
    expect([...lines.keys()].toSorted()).toEqual([...scenarioNames].toSorted());
    await expect(page).toMatchFileSnapshot("../../../docs/copilot-conformance.md");
  });

  test("every row is that of a scenario", () => {
    const rows = [STREAM, WIRES, COMPLETIONS, PLAYS].flatMap((table) => Object.keys(table));
    expect(rows.filter((name) => !scenarioNames.includes(name))).toEqual([]);
    expect(rows.filter((name, index) => rows.indexOf(name) !== index)).toEqual([]);
    expect(SILENT.filter((name) => !(name in PLAYS))).toEqual([]);
  });
});
