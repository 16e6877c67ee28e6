import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { scenarioNames } from "@zotpilot/simulator";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { expectNoSecret } from "./canary.ts";
import { COMPLETIONS } from "./conformance/completion-rows.ts";
import { conformanceDocument, type Line } from "./conformance/document.ts";
import { playScenario } from "./conformance/play.ts";
import { MODELS, STREAM } from "./conformance/stream-rows.ts";
import { WIRES } from "./conformance/wire-rows.ts";
import type { Simulated } from "./simulated.ts";

/** The tests of signing in, which is no part of this package. */
const SIGN_IN = ["packages/auth/test/simulator.test.ts", "packages/agent/test/sign-in.test.ts"];
const isSignIn = (name: string) => name.startsWith("device.");
const inRepository = (file: string) => new URL(`../../../${file}`, import.meta.url);

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

  test.concurrent.for(scenarioNames.filter((name) => !isSignIn(name)))("%s", async (name, context) => {
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
    const tests = await Promise.all(
      SIGN_IN.filter((file) => existsSync(inRepository(file))).map(async (file) => ({
        file,
        text: await readFile(inRepository(file), "utf8"),
      })),
    );
    for (const name of scenarioNames.filter(isSignIn)) {
      const file = tests.find(({ text }) => text.includes(`"${name}"`))?.file;
      expect.soft(file, `no test plays ${name}`).toBeDefined();
      const did = `signing in: ${file}`;
      lines.set(name, { name, call: "login", did, requests: "", result: "elsewhere" });
    }
    const page = conformanceDocument(scenarioNames.flatMap((name) => lines.get(name) ?? []));
    expect([...lines.keys()].toSorted()).toEqual([...scenarioNames].toSorted());
    await expect(page).toMatchFileSnapshot("../../../docs/copilot-conformance.md");
  });

  test("every row is that of a scenario", () => {
    const rows = [STREAM, MODELS, WIRES, COMPLETIONS].flatMap((table) => Object.keys(table));
    expect(rows.filter((name) => !scenarioNames.includes(name))).toEqual([]);
  });
});
