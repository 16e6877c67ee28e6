import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { createFileStore, createMemoryStore, login, resolveCredential } from "../src/index.ts";
import { canary, deviceCode, granted, pending, scriptedServer } from "./scripted-server.ts";
import type { Answer } from "./scripted-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { virtualClock } from "./virtual-clock.ts";

/** Everything that a program could print of a login: its events, its error, and all that hangs on the error. */
async function everythingSaid(script: Parameters<typeof scriptedServer>[0]): Promise<string> {
  const server = await scriptedServer(script);
  const said: unknown[] = [];
  try {
    const options = { store: createMemoryStore(), host: server.origin, ...virtualClock() };
    for await (const event of login(options)) said.push(event);
  } catch (error) {
    said.push(error, (error as Error).message, (error as Error).stack);
  }
  const all = { depth: Infinity, showHidden: true, maxStringLength: Infinity };
  return said.map((one) => `${inspect(one, all)}\n${JSON.stringify(one)}`).join("\n");
}

const { token } = canary;
const secrets = `${canary.deviceCode} ${token}`;
const raw =
  (text: string): Answer =>
  (request) =>
    request.socket.end(text);
const portal = `https://${canary.deviceCode}.portal.example/${canary.token}`;

describe("S-B4: a device code or token is never told, whatever a server repeats", () => {
  test.each<[string, Parameters<typeof scriptedServer>[0]]>([
    ["a login that succeeds", { polls: [pending, { json: { error: "slow_down" } }, granted] }],
    ["an error's description", { polls: [{ json: { error: "other", error_description: secrets } }] }],
    ["an error's name", { polls: [{ json: { error: secrets } }] }],
    ["a page's title", { polls: [{ text: `<title>${secrets}</title>` }] }],
    ["a redirect", { polls: [{ status: 302, text: "", headers: { location: portal } }] }],
    ["an answer that is no HTTP", { polls: [raw(`HTTP/1.1 200 OK\r\nbad ${secrets}\r\n\r\n`)] }],
    ["an answer without a status", { polls: [raw(`${secrets}\r\n\r\n`)] }],
    ["a message about the account", { user: [{ status: 401, json: { message: token } }] }],
    ["a refusal about the account", { user: [{ status: 403, json: { message: token } }] }],
    ["a page about the account", { user: [{ text: `<title>${token}</title>` }] }],
    ["no HTTP about the account", { user: [raw(`HTTP/1.1 200 OK\r\nbad ${token}\r\n\r\n`)] }],
    [
      "a code of the wrong form",
      { start: (origin) => ({ json: { ...deviceCode(origin), user_code: secrets } }) },
    ],
    [
      "a page elsewhere",
      {
        start: (origin) => ({
          json: { ...deviceCode(origin), verification_uri: `https://x.example/${secrets}` },
        }),
      },
    ],
  ])("%s", async (_name, script) => {
    const said = await everythingSaid(script);
    expect(said).not.toBe("");
    expect(said).not.toContain(canary.deviceCode);
    expect(said).not.toContain(canary.token);
  });

  test("a token of the environment that cannot be used", async () => {
    const env = { COPILOT_GITHUB_TOKEN: `ghp_${canary.token}` };
    const error: unknown = await resolveCredential({ store: createMemoryStore(), env }).catch(
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: "token_unusable" });
    expect(inspect(error, { depth: Infinity })).not.toContain(canary.token);
  });

  test("a store that shows itself", async () => {
    const path = join(await temporaryFolder(), "state", "credentials.json");
    for (const store of [createFileStore({ path }), createMemoryStore()]) {
      const created = "2026-01-02T03:04:05.000Z";
      await store.set("a@b", {
        type: "oauth",
        host: "b",
        login: "a",
        token: canary.token,
        createdAt: created,
      });
      expect(inspect(store, { depth: Infinity, showHidden: true })).not.toContain(canary.token);
      expect(JSON.stringify(store)).not.toContain(canary.token);
    }
  });
});
