import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("children/print-loaded.ts", import.meta.url));

async function importAlone(specifier: string): Promise<{ loaded: string[]; names: string[] }> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--conditions=@zotpilot/source",
    "--disable-warning=ExperimentalWarning",
    script,
    specifier,
  ]);
  return JSON.parse(stdout) as { loaded: string[]; names: string[] };
}

test("the package loads undici, zod and eventsource-parser, and nothing else", async () => {
  const { loaded, names } = await importAlone("@zotpilot/provider");
  expect(loaded).toEqual(["@zotpilot/provider", "eventsource-parser", "undici", "zod"]);
  expect(names).toEqual([
    "ProviderError",
    "addUsage",
    "canAnswer",
    "collectCompletion",
    "collectMessage",
    "createAnthropic",
    "createCopilot",
    "createMessageCollector",
    "createOllama",
    "createOpenAI",
    "createOpenAICompatible",
    "defaultClientId",
    "defaultIdentity",
    "emptyUsage",
    "isProviderError",
    "textOf",
  ]);
});

test("the model port loads nothing at all", async () => {
  const { loaded, names } = await importAlone("@zotpilot/provider/model");
  expect(loaded).toEqual(["@zotpilot/provider"]);
  expect(names).toEqual([
    "addUsage",
    "canAnswer",
    "collectMessage",
    "createMessageCollector",
    "emptyUsage",
    "textOf",
  ]);
});

test("the contract needs no HTTP client and no test runner", async () => {
  const { loaded, names } = await importAlone("@zotpilot/provider/contract");
  expect(loaded).toEqual(["@zotpilot/provider"]);
  expect(names).toEqual(["providerContract"]);
});

test("the transport knows undici and nothing of models", async () => {
  const { loaded, names } = await importAlone("@zotpilot/provider/transport");
  expect(loaded).toEqual(["@zotpilot/provider", "undici"]);
  expect(names).toEqual([
    "bearerAuth",
    "createAgent",
    "createDispatcher",
    "createTokenCache",
    "defaultHeaders",
    "defaultTimeouts",
    "phaseTimeouts",
    "placeholderOrigin",
    "quietRetry",
  ]);
});
