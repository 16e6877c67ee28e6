import { expect, test } from "vitest";
import { createMemoryStore, credentialId, resolveCredential } from "./index.ts";
import type { Credential } from "./index.ts";

async function storeWith(...accounts: readonly [login: string, host: string, createdAt: string][]) {
  const store = createMemoryStore();
  for (const [login, host, createdAt] of accounts) {
    const credential: Credential = { type: "oauth", host, login, token: `ghu_${login}`, createdAt };
    await store.set(credentialId(login, host), credential);
  }
  return store;
}

const three = () =>
  storeWith(
    ["Ada", "github.com", "2026-01-03T00:00:00.000Z"],
    ["bob", "github.com", "2026-01-02T00:00:00.000Z"],
    ["eve", "octo.ghe.com", "2026-01-04T00:00:00.000Z"],
  );

test("finds nothing where nothing is", async () => {
  expect(await resolveCredential({ store: createMemoryStore(), env: {} })).toBeUndefined();
  expect(await resolveCredential({ store: await three(), host: "127.0.0.1:1", env: {} })).toBeUndefined();
  expect(await resolveCredential({ store: await three(), account: "zoe", env: {} })).toBeUndefined();
});

test("the environment comes before the store", async () => {
  const env = { COPILOT_GITHUB_TOKEN: " gho_env\n", GH_TOKEN: "gho_other" };
  expect(await resolveCredential({ store: await three(), env })).toEqual({
    token: "gho_env",
    source: "environment",
    place: "COPILOT_GITHUB_TOKEN",
    host: "github.com",
  });
  expect(await resolveCredential({ store: await three(), host: "octo.ghe.com", env })).toMatchObject({
    source: "environment",
    host: "octo.ghe.com",
  });
});

test("an account asks for a stored one; an empty variable and other variables count for nothing", async () => {
  const store = await three();
  const env = { COPILOT_GITHUB_TOKEN: "gho_env" };
  expect(await resolveCredential({ store, account: "bob", env })).toMatchObject({ login: "bob" });
  const others = { COPILOT_GITHUB_TOKEN: " ", GH_TOKEN: "gho_other", GITHUB_TOKEN: "gho_other" };
  expect(await resolveCredential({ store, env: others })).toMatchObject({ source: "store" });
});

test.each([
  [{}, "eve"],
  [{ host: "github.com" }, "Ada"],
  [{ host: "https://GITHUB.com/", account: "BOB" }, "bob"],
  [{ account: "ada@github.com" }, "Ada"],
])("from the store, %j is %s", async (wish, login) => {
  const found = await resolveCredential({ store: await three(), env: {}, ...wish });
  expect(found).toMatchObject({ login, token: `ghu_${login}`, source: "store" });
});

test.each([
  ["ghp_0123456789", /classic personal access token/],
  ["two words", /no token/],
  ["line\u001bbreak", /no token/],
])("%j has its own sentence and is not repeated", async (token, sentence) => {
  const env = { COPILOT_GITHUB_TOKEN: token };
  const error: unknown = await resolveCredential({ store: createMemoryStore(), env }).catch((error) => error);
  expect(error).toMatchObject({ code: "token_unusable", message: expect.stringMatching(sentence) });
  expect((error as Error).message).not.toContain(token);
});

test("a host that is none is refused before a token is looked at", async () => {
  const env = { COPILOT_GITHUB_TOKEN: "gho_env" };
  await expect(
    resolveCredential({ store: createMemoryStore(), host: "evil.example", env }),
  ).rejects.toMatchObject({ code: "host_invalid" });
});
