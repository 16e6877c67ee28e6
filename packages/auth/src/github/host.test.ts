import { expect, test } from "vitest";
import { isAuthError, resolveGitHubHost } from "../index.ts";

const github = { name: "github.com", webOrigin: "https://github.com", apiOrigin: "https://api.github.com" };
const tenant = {
  name: "octo.ghe.com",
  webOrigin: "https://octo.ghe.com",
  apiOrigin: "https://api.octo.ghe.com",
};

test.each([undefined, "", "  ", "github.com", "GitHub.com", "https://github.com", " https://github.com/ "])(
  "%j means github.com",
  (input) => {
    expect(resolveGitHubHost(input)).toEqual(github);
  },
);

test.each(["octo.ghe.com", "https://OCTO.ghe.com/"])("%j is a tenant", (input) => {
  expect(resolveGitHubHost(input)).toEqual(tenant);
});

test.each([
  ["http://127.0.0.1:4141", "http://127.0.0.1:4141"],
  ["127.0.0.1:4141", "http://127.0.0.1:4141"],
  ["localhost:80", "http://localhost"],
  ["http://[::1]:4141/", "http://[::1]:4141"],
])("%j is a loopback address: web and API on one origin", (input, origin) => {
  expect(resolveGitHubHost(input)).toEqual({
    name: origin.slice("http://".length),
    webOrigin: origin,
    apiOrigin: origin,
  });
});

test.each(["github.com", "octo.ghe.com", "http://127.0.0.1:4141", "http://[::1]:4141"])(
  "the name of %j leads back to it",
  (input) => {
    const host = resolveGitHubHost(input);
    expect(resolveGitHubHost(host.name)).toEqual(host);
  },
);

test.each([
  "http://github.com",
  "http://octo.ghe.com",
  "https://127.0.0.1:4141",
  "github.com:8443",
  "https://github.com/login",
  "https://github.com/?a=b",
  "https://github.com/#a",
  "https://user:secret@github.com",
  "github.com@evil.example",
  "github.com.evil.example",
  "evilgithub.com",
  "api.github.com",
  "ghe.com",
  "api.octo.ghe.com",
  "-octo.ghe.com",
  "octo.ghe.com.evil.example",
  "octo.ghe.com.",
  "ghes.example.com",
  "http://127.0.0.1.evil.example",
  "http://192.168.0.1:4141",
  "http://0.0.0.0:4141",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "github .com",
  "git\thub.com",
  "--help",
  "https://",
  "://",
])("%j is refused in one sentence", (input) => {
  let thrown: unknown;
  try {
    resolveGitHubHost(input);
  } catch (error) {
    thrown = error;
  }
  expect(isAuthError(thrown) && thrown.code).toBe("host_invalid");
  expect((thrown as Error).message).toMatch(/expected github\.com, <tenant>\.ghe\.com or a loopback address/);
});

test("a refused host is printed escaped and cut", () => {
  expect(() => resolveGitHubHost(`\u001b[31m${"x".repeat(500)}`)).toThrow(/"\\u\{1b\}\[31mx{1,95}…"/);
});
