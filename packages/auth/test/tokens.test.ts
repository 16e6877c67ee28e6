import { createSimulator } from "@zotpilot/simulator";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createFileStore,
  describeCredential,
  describeToken,
  explainTokenRefusal,
  resolveGitHubHost,
  revokeUrl,
  saveToken,
  verifyToken,
} from "../src/index.ts";
import type { AuthError } from "../src/index.ts";
import { scriptedServer } from "./scripted-server.ts";
import type { Answer } from "./scripted-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const errorOf = (work: Promise<unknown>): Promise<AuthError> =>
  work.then(
    () => {
      throw new Error("It was to fail.");
    },
    (error: AuthError) => error,
  );

describe("what a token is", () => {
  test.each([
    ["ghu_canary0123456789", "github_app", undefined],
    ["gho_canary0123456789", "oauth_app", undefined],
    ["github_pat_canary0123456789", "fine_grained", undefined],
    ["ghs_canary0123456789", "installation", undefined],
    ["0123456789abcdef0123456789abcdefcanary00", "unknown", undefined],
    ["ghp_canary0123456789", "classic", /^a classic personal access token/],
    ["ghr_canary0123456789", "refresh", /^a refresh token/],
    ["tid=1;exp=2;sku=canary:mac", "copilot", /^a Copilot token/],
    ["", "empty", /^nothing: it is empty/],
    ["  \n", "empty", /^nothing: it is empty/],
    ["ghu_canary with blanks", "malformed", /^something that is no token/],
    ["ghu_canary\u0000", "malformed", /^something that is no token/],
    ["ghu_\u043eanary", "malformed", /^something that is no token/],
  ])("%j is told without showing it", (token, kind, problem) => {
    const description = describeToken(token);
    expect(description.kind).toBe(kind);
    if (problem === undefined) expect(description.problem).toBeUndefined();
    else expect(description.problem).toMatch(problem);
    expect(JSON.stringify(description)).not.toContain("canary");
  });

  test("every problem has a sentence of its own", () => {
    const bad = ["ghp_x", "ghr_x", "tid=1;x", "", "a b"].map((token) => describeToken(token).problem);
    expect(new Set(bad).size).toBe(bad.length);
    for (const sentence of bad) expect(sentence).toMatch(/\.$/);
  });

  test("a stored one is described for a status, its life by the clock", () => {
    const credential = {
      type: "oauth",
      host: "github.com",
      login: "ada",
      token: "ghu_canary",
      refreshToken: "ghr_canary",
      scope: "read:user",
      createdAt: "2026-01-01T00:00:00.000Z",
      expiresAt: "2026-01-01T08:00:00.000Z",
    } as const;
    const at = (time: string) => describeCredential(credential, Date.parse(time));
    expect(at("2026-01-01T07:59:00Z")).toEqual({
      login: "ada",
      host: "github.com",
      kind: "github_app",
      title: "token of a GitHub App (ghu_…)",
      life: "alive",
      expiresAt: credential.expiresAt,
      renewable: true,
      signedInAt: credential.createdAt,
      scope: "read:user",
    });
    expect(at("2026-01-01T08:01:00Z").life).toBe("over");
    const { expiresAt: _, refreshToken: _too, ...endless } = credential;
    expect(describeCredential(endless)).toMatchObject({ life: "endless", renewable: false });
    expect(JSON.stringify(at("2026-01-01T07:59:00Z"))).not.toContain("canary");
  });
});

describe("a token that a host refuses: each kind has its own sentence", () => {
  const kinds = ["ghu_canary", "gho_canary", "github_pat_canary", "ghs_canary", "canary-of-no-kind"];

  test.each([401, 403, 404])("HTTP %i", (status) => {
    const message = "Resource not accessible by integration";
    const errors = kinds.map((token) => explainTokenRefusal({ host: "github.com", token, status, message }));
    for (const error of errors) {
      expect(error.code).toBe(status === 401 ? "token_revoked" : "access_denied");
      expect(error.message).toMatch(/^github\.com .*\.$/);
      expect(error.message).not.toContain("canary");
    }
    const sentences = new Set(errors.map((error) => error.message));
    expect(sentences.size).toBe(status === 403 ? 3 : status === 404 ? 5 : 5);
  });

  test.each([
    ["ghu_x", 401, /eight hours are over/],
    ["github_pat_x", 401, /the day on which it expires/],
    ["ghs_x", 401, /ends with its workflow/],
    ["gho_x", 404, /issued to an application that may not use Copilot/],
    ["github_pat_x", 404, /permission "Copilot Requests"/],
    ["github_pat_x", 403, /lacks the permission "Copilot Requests"/],
    ["ghs_x", 403, /copilot-requests: write/],
  ])("%s with HTTP %i", (token, status, sentence) => {
    const message = "Resource not accessible by personal access token";
    expect(explainTokenRefusal({ host: "github.com", token, status, message }).message).toMatch(sentence);
  });
});

describe("asking the host about a token", () => {
  async function ask(...copilotUser: Answer[]) {
    const server = await scriptedServer({ copilotUser });
    const host = resolveGitHubHost(server.origin);
    const verify = (token = "ghu_canary_token_8c2e") => verifyToken({ host, token });
    return { server, verify };
  }

  test("one that works: whose it is, with which plan, and what is left", async () => {
    const simulator = await createSimulator();
    onTestFinished(() => simulator.close());
    const host = resolveGitHubHost(simulator.origin);
    const token = simulator.githubToken;
    const verified = await verifyToken({ host, token });
    expect(verified).toMatchObject({ login: "sample-user", plan: "individual", chatEnabled: true });
    for (const percent of Object.values(verified.remainingPercent)) expect(percent).toBeTypeOf("number");
    simulator.revokeGithubToken(token);
    expect(await errorOf(verifyToken({ host, token }))).toMatchObject({ code: "token_revoked" });
  });

  test("optional fields of another form never make it fail", async () => {
    const { verify } = await ask({
      json: { login: 7, copilot_plan: 8, chat_enabled: "yes", quota_snapshots: { chat: 9 } },
    });
    expect(await verify()).toEqual({ kind: "github_app", login: "Octocat", remainingPercent: {} });
  });

  test("F-16: revoked (401) is told as that; it is asked once, and nothing stored is touched", async () => {
    const { server, verify } = await ask({ status: 401, json: { message: "Bad credentials" } });
    const path = join(await temporaryFolder(), "state", "credentials.json");
    const store = createFileStore({ path });
    await store.set("ada@github.com", {
      type: "oauth",
      host: "github.com",
      login: "ada",
      token: "ghu_canary_token_8c2e",
      createdAt: "2026-01-01T00:00:00.000Z",
    });
    const before = await readFile(path);
    const error = await errorOf(verify());
    expect(error).toMatchObject({
      code: "token_revoked",
      message: expect.stringMatching(/Sign in again\.$/),
    });
    expect(error.message).not.toContain("canary");
    expect(server.requests).toHaveLength(1);
    expect(Buffer.compare(await readFile(path), before)).toBe(0);
  });

  test.each([
    "no_copilot_access",
    "subscription_ended",
    "feature_flag_blocked",
    "spammy_user",
    "access_revoked",
  ])("F-17: refused (403, %s) with the host's own reason and link, asked once", async (id) => {
    const { server, verify } = await ask({
      status: 403,
      json: {
        can_signup_for_limited: null,
        error_details: {
          message: `Sample text for ${id}.`,
          notification_id: id,
          title: "Open settings",
          url: "https://github.com/settings/copilot",
        },
        message: "Sample generic message.",
      },
    });
    expect(await errorOf(verify())).toMatchObject({
      code: "access_denied",
      message: expect.stringMatching(
        new RegExp(`Sample text for ${id}\\. See https://github\\.com/settings/copilot$`),
      ),
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Answer, string, RegExp]>([
    ["a service that is down", { status: 503, text: "" }, "network", /cannot answer at the moment/],
    ["a rate limit", { status: 429, json: { message: "slow" } }, "network", /asked too often/],
    ["a block page", { text: "<title>Blocked</title>" }, "invalid_response", /titled "Blocked"/],
    ["a refusal that is no JSON", { status: 403, text: "<p>no" }, "invalid_response", /a web page/],
    ["escape codes", { status: 403, json: { message: "\u001b[2Jgone" } }, "access_denied", /\\u\{1b\}/],
    [
      "a token sent back",
      { status: 403, json: { message: "ghu_canary_token_8c2e" } },
      "access_denied",
      /secret…/,
    ],
  ])("%s has its own sentence", async (_name, answer, code, sentence) => {
    const { verify } = await ask(answer);
    const error = await errorOf(verify());
    expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
    expect(error.message).not.toContain("canary");
  });

  test("nothing is sent for a token that cannot work", async () => {
    const { server, verify } = await ask();
    for (const token of ["ghp_canary", "", "a b", "tid=1;canary"])
      expect(await errorOf(verify(token))).toMatchObject({ code: "token_unusable" });
    expect(server.requests).toEqual([]);
  });
});

describe("signing in with a token that a person brought", () => {
  async function save(token: string, user: readonly Answer[] = [{ json: { login: "Octocat" } }]) {
    const server = await scriptedServer({ user });
    const path = join(await temporaryFolder(), "state", "credentials.json");
    const store = createFileStore({ path });
    return { server, store, path, saved: saveToken({ store, token, host: server.origin }) };
  }

  test("asks whose it is, and saves it under that name", async () => {
    const { server, store, saved } = await save("github_pat_sample");
    const host = new URL(server.origin).host;
    expect(await saved).toEqual({ id: `octocat@${host}`, login: "Octocat", host });
    expect(await store.get(`octocat@${host}`)).toMatchObject({ token: "github_pat_sample", type: "oauth" });
  });

  test("one that the host refuses is not saved", async () => {
    const { store, saved } = await save("ghu_sample", [
      { status: 401, json: { message: "Bad credentials" } },
    ]);
    expect(await errorOf(saved)).toMatchObject({ code: "token_revoked" });
    expect(await store.list()).toEqual([]);
  });

  test("S-A5: a short-lived Copilot token is never saved, and never sent", async () => {
    const { server, store, saved } = await save("tid=1;exp=2;canary:mac");
    expect(await errorOf(saved)).toMatchObject({ code: "token_unusable" });
    expect(await store.list()).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

test.each([
  [{}, "https://github.com/settings/apps/authorizations"],
  [{ host: "octo.ghe.com" }, "https://octo.ghe.com/settings/apps/authorizations"],
  [{ clientId: "Ov23sample" }, "https://github.com/settings/connections/applications/Ov23sample"],
  [{ clientId: "a/../b" }, "https://github.com/settings/connections/applications/a%2F..%2Fb"],
  [{ token: "github_pat_x" }, "https://github.com/settings/personal-access-tokens"],
  [{ token: "ghp_x" }, "https://github.com/settings/tokens"],
  [{ token: "gho_x" }, "https://github.com/settings/applications"],
  [{ token: "ghu_x", clientId: "Iv23sample" }, "https://github.com/settings/apps/authorizations"],
])("%j is revoked on %s", (question, url) => {
  expect(revokeUrl(question)).toBe(url);
});
