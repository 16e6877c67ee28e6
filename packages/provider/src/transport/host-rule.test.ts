import { describe, expect, test } from "vitest";
import { isProviderError } from "../errors.ts";
import { allowedOrigin, parseHome } from "./host-rule.ts";

const dotcom = parseHome("github.com");
const tenant = parseHome("acme.ghe.com");
const loopback = parseHome("http://127.0.0.1:4141");

/** Values that must never be taken for a Copilot host of a github.com account. */
export const hostile: readonly string[] = [
  "https://api.evil.com",
  "http://api.githubcopilot.com",
  "https://api.evil.com/#.githubcopilot.com",
  "https://api.evil.com?.githubcopilot.com",
  "https://api.evil.com\\.githubcopilot.com",
  "https://api.evil.com/.githubcopilot.com",
  "https://api.githubcopilot.com.evil.com",
  "https://githubcopilot.com",
  "https://evilgithubcopilot.com",
  "https://api-githubcopilot.com",
  "https://user@api.githubcopilot.com",
  "https://user:secret@api.githubcopilot.com",
  "https://api.githubcopilot.com@evil.com",
  "https://api.githubcopilot.com:8443",
  "https://api.githubcopilot.com:443@evil.com",
  "https://api.githubcopilot.com/path",
  "https://api.githubcopilot.com//",
  "https://api.githubcopilot.com?x=1",
  "https://api.githubcopilot.com#x",
  "https://api%2egithubcopilot.com",
  "https://ex%61mple.githubcopilot.com",
  "https://api\uFF0Egithubcopilot.com",
  "https://\uFF41pi.githubcopilot.com",
  "https://api.githubcopilot\u3002com",
  " https://api.githubcopilot.com",
  "https://api.githubcopilot.com\n",
  "https://api.git\thubcopilot.com",
  "https://api.githubcopilot.com\u0000",
  "https:api.githubcopilot.com",
  "https:/api.githubcopilot.com",
  "https:///api.githubcopilot.com",
  "//api.githubcopilot.com",
  "api.githubcopilot.com",
  "ftp://api.githubcopilot.com",
  "javascript://api.githubcopilot.com",
  "file:///etc/passwd",
  "https://.githubcopilot.com",
  "https://api..githubcopilot.com",
  "https://api.githubcopilot.com..",
  "https://-.githubcopilot.com",
  "https://_x.githubcopilot.com",
  "https://127.0.0.1",
  "http://127.0.0.1:4141",
  "https://localhost",
  "https://[::1]",
  "https://[::ffff:127.0.0.1]",
  "https://169.254.169.254",
  "https://0x7f.1",
  "https://2130706433",
  "https://copilot-api.acme.ghe.com",
  "https://api.github.com",
  "https://raw.githubusercontent.com",
  `https://${"a".repeat(300)}.githubcopilot.com`,
  "https://",
  "https://*.githubcopilot.com",
  "https://api.githubcopilot.com,evil.com",
  "https://api.githubcopilot.com;evil.com",
  "https://api.githubcopilot.com%00.evil.com",
  "https://api.githubcopilot.com\u202e.evil.com",
  "https://evil.com:443/api.githubcopilot.com",
  "wss://api.githubcopilot.com",
  "null",
  "undefined",
  "",
];

describe("S-E1: the host rule", () => {
  test.each(hostile)("refuses %j", (value) => {
    let error: unknown;
    try {
      allowedOrigin(dotcom, value);
    } catch (thrown) {
      error = thrown;
    }
    expect(isProviderError(error)).toBe(true);
  });

  test("there are at least 60 hostile values, all different", () => {
    expect(new Set(hostile).size).toBeGreaterThanOrEqual(60);
  });

  test.each([
    ["https://api.githubcopilot.com", "https://api.githubcopilot.com"],
    ["https://api.individual.githubcopilot.com/", "https://api.individual.githubcopilot.com"],
    ["https://API.Business.GitHubCopilot.com", "https://api.business.githubcopilot.com"],
    ["https://api.githubcopilot.com:443", "https://api.githubcopilot.com"],
    ["https://api.githubcopilot.com.", "https://api.githubcopilot.com"],
  ])("takes the genuine %s", (value, origin) => {
    expect(allowedOrigin(dotcom, value)).toBe(origin);
  });

  test("a tenant takes its own three names and no other tenant's", () => {
    for (const name of ["acme.ghe.com", "api.acme.ghe.com", "copilot-api.acme.ghe.com"]) {
      expect(allowedOrigin(tenant, `https://${name}`)).toBe(`https://${name}`);
    }
    for (const name of [
      "copilot-api.other.ghe.com",
      "evil.acme.ghe.com",
      "api.githubcopilot.com",
      "ghe.com",
    ]) {
      expect(() => allowedOrigin(tenant, `https://${name}`)).toThrow(/does not belong to acme\.ghe\.com/);
    }
  });

  test("plain http is for loopback alone, and loopback knows nothing else", () => {
    expect(allowedOrigin(loopback, "http://127.0.0.1:9")).toBe("http://127.0.0.1:9");
    expect(allowedOrigin(loopback, "http://localhost:9/")).toBe("http://localhost:9");
    expect(() => allowedOrigin(loopback, "https://api.githubcopilot.com")).toThrow(/does not belong/);
    expect(() => allowedOrigin(loopback, "http://127.0.0.1.evil.com")).toThrow(/does not belong/);
    expect(() => allowedOrigin(loopback, "http://192.168.0.1:80")).toThrow(/does not belong/);
  });
});

describe("the configured host", () => {
  test("github.com, tenants and loopback", () => {
    expect(dotcom).toMatchObject({ kind: "dotcom", restOrigin: "https://api.github.com" });
    expect(parseHome("https://GitHub.com/").kind).toBe("dotcom");
    expect(parseHome("").kind).toBe("dotcom");
    expect(tenant).toMatchObject({
      kind: "tenant",
      restOrigin: "https://api.acme.ghe.com",
      copilotOrigin: "https://copilot-api.acme.ghe.com",
    });
    expect(loopback).toMatchObject({ kind: "loopback", restOrigin: "http://127.0.0.1:4141" });
    expect(parseHome("http://[::1]:80").kind).toBe("loopback");
  });

  test.each([
    "evil.com",
    "http://github.com",
    "https://github.com.evil.com",
    "a.b.ghe.com",
    "ghe.com",
    "http://acme.ghe.com",
    "http://10.0.0.1",
    "http://127.0.0.1:1/path",
    "http://user@127.0.0.1:1",
    "github.com/x",
    "git hub.com",
  ])("refuses %j", (value) => {
    expect(() => parseHome(value)).toThrow(/is not one that may see your GitHub token/);
  });
});
